//! Reading contacts: one by its id, and all of them.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_domain::{Contact, ContactId, Permission, PublicKey, Resource, ResourceKind, Timestamp};
use privatus_schema::{
    DbId, Flag, SqlBlob, SqlText, SqlTime, contacts, conversation_months, conversations, group_members,
    senders,
};

use crate::db::decode::stored_time;
use crate::error::{Missing, StoreError};
use crate::tx::ReadTx;

/// A row of `contacts`, with the mute state from its conversation.
#[derive(Queryable, Selectable)]
#[diesel(table_name = contacts, check_for_backend(Sqlite))]
pub(super) struct ContactRow {
    contact_id: DbId,
    display_name: SqlText,
    /// Sealed.
    public_key: SqlBlob,
    is_verified: Option<Flag>,
    is_online: Option<Flag>,
    added_at: Option<SqlTime>,
    last_seen: Option<SqlTime>,
    profile_picture: Option<SqlText>,
    blocked_at: Option<SqlTime>,
    #[diesel(
        select_expression = conversations::muted_until.nullable(),
        select_expression_type = diesel::dsl::Nullable<conversations::muted_until>,
    )]
    muted_until: Option<SqlTime>,
}

/// Returns a contact as a resource, for access control and the audit log.
pub(super) fn resource(id: &ContactId) -> Resource {
    Resource::of(ResourceKind::Contact, id)
}

pub(super) fn absent(id: &ContactId) -> StoreError {
    Missing::Contact(id.clone()).into()
}

impl ReadTx<'_> {
    /// Returns a contact by its id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn contact_by_id(&mut self, id: &ContactId) -> Result<Contact, StoreError> {
        self.permit(&resource(id), Permission::Read)?;
        self.contact_find(id)
    }

    /// Returns a contact by its id without checking for the permission to read it.
    pub(super) fn contact_find(&mut self, id: &ContactId) -> Result<Contact, StoreError> {
        let row = self.db.ask("find a contact", |db| {
            contacts::table
                .left_join(conversations::table)
                .filter(contacts::contact_id.eq(DbId(id.to_string())))
                .select(ContactRow::as_select())
                .get_result(db)
                .optional()
        })?;
        self.contact_from(row.ok_or_else(|| absent(id))?)
    }

    /// Returns all contacts that the session may read, ordered by id.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn contacts(&mut self) -> Result<Vec<Contact>, StoreError> {
        let rows = self.db.ask("list the contacts", |db| {
            contacts::table
                .left_join(conversations::table)
                .order(contacts::contact_id)
                .select(ContactRow::as_select())
                .load(db)
        })?;
        let mut contacts = Vec::with_capacity(rows.len());
        for row in rows {
            let contact = self.contact_from(row)?;
            if self.may(&resource(&contact.id), Permission::Read)? {
                contacts.push(contact);
            }
        }
        Ok(contacts)
    }

    /// Whether a contact's conversation is muted now.
    #[must_use]
    pub fn contact_is_muted(&self, contact: &Contact) -> bool {
        contact.is_muted(self.shared.now())
    }

    pub(super) fn contact_from(&mut self, row: ContactRow) -> Result<Contact, StoreError> {
        let id = row.contact_id.0.clone();
        self.contact_decode(row)
            .map_err(|error| error.of_row(&format!("contact {id}")))
    }

    fn contact_decode(&mut self, row: ContactRow) -> Result<Contact, StoreError> {
        let id: ContactId = row.contact_id.0.parse()?;
        let key = self
            .open_value(
                "contacts",
                "public_key",
                &id.as_id().canonical(),
                &row.public_key.0,
            )
            .map_err(|error| match error {
                StoreError::DatabaseDamaged(_) => {
                    StoreError::DatabaseDamaged(format!("the public key of contact {id} does not open"))
                }
                error => error,
            })?;
        let is_set = |flag: Option<Flag>| flag.unwrap_or_default().0;
        Ok(Contact {
            id,
            display_name: row.display_name.0,
            public_key: PublicKey::kept(key.to_vec())?,
            is_verified: is_set(row.is_verified),
            is_online: is_set(row.is_online),
            added_at: stored_time(row.added_at)?.unwrap_or(Timestamp::MIN),
            last_seen: stored_time(row.last_seen)?,
            profile_picture: row.profile_picture.map(|picture| picture.0),
            blocked_at: stored_time(row.blocked_at)?,
            muted_until: stored_time(row.muted_until)?,
        })
    }

    /// Whether nothing depends on a contact: their conversation has no messages, they are in no group and wrote nothing
    /// anywhere.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn contact_is_bare(&mut self, id: &ContactId) -> Result<bool, StoreError> {
        self.permit(&resource(id), Permission::Read)?;
        let id = id.to_string();
        let id = DbId(id.as_str());
        self.db.ask("look at a contact", |db| {
            let written = senders::table.filter(senders::contact_id.eq(id));
            let memberships = group_members::table.filter(group_members::contact_id.eq(id));
            let months = conversations::table
                .inner_join(conversation_months::table)
                .filter(conversations::contact_id.eq(id));
            diesel::select(
                not(exists(written))
                    .and(not(exists(memberships)))
                    .and(not(exists(months))),
            )
            .get_result(db)
        })
    }

    /// Whether there is a contact with this id.
    pub(crate) fn contact_exists(&mut self, id: &ContactId) -> Result<bool, StoreError> {
        self.db.ask("find a contact", |db| {
            diesel::select(exists(contacts::table.find(DbId(id.to_string())))).get_result(db)
        })
    }
}
