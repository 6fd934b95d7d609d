//! Creating a contact with its conversation, and removing it.

use diesel::prelude::*;
use privatus_domain::folded::folded_name;
use privatus_domain::{
    Act, ContactError, ContactId, ContactState, ConversationId, ConversationKind, NewAuditEntry, NewContact,
    Permission, Resource, Timestamp,
};
use privatus_schema::{DbId, Flag, SqlBlob, SqlInt, SqlText, SqlTime, contacts, conversations};
use serde_json::json;

use super::list::resource;
use crate::db::hot;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// A new row of `contacts`.
#[derive(Insertable)]
#[diesel(table_name = contacts, treat_none_as_default_value = false)]
struct NewContactRow<'a> {
    contact_id: DbId<&'a str>,
    display_name: SqlText<&'a str>,
    folded_name: SqlText,
    /// Sealed.
    public_key: SqlBlob,
    is_verified: Flag,
    added_at: SqlTime,
    last_seen: Option<SqlTime>,
    created_at: SqlTime<&'a str>,
    updated_at: SqlTime<&'a str>,
}

impl WriteTx<'_> {
    /// Creates a contact and its conversation. Returns the conversation's id, which is the contact's id if that is
    /// free. An existing contact stays unchanged, including its key.
    ///
    /// # Errors
    /// [`StoreError::Contact`] for the vault's own id.
    pub fn contact_create(&mut self, new: &NewContact) -> Result<ConversationId, StoreError> {
        Resource::check_new(&new.id.to_string())?;
        self.contact_create_in(new, &ConversationId::new(new.id.as_id().clone()))
    }

    /// Creates a contact and its conversation with the given id if that is free; used to import an export.
    ///
    /// # Errors
    /// Those of [`contact_create`](Self::contact_create).
    pub fn contact_create_in(
        &mut self,
        new: &NewContact,
        conversation: &ConversationId,
    ) -> Result<ConversationId, StoreError> {
        self.permit(&resource(&new.id), Permission::Write)?;
        if new.id == self.own_id() {
            return Err(ContactError::OwnId.into());
        }
        let id = new.id.to_string();
        if !self.contact_exists(&new.id)? {
            self.contact_insert(new, &id)?;
        }
        self.conversation_ensure(ConversationKind::Direct, &id, &conversation.to_string())
    }

    fn contact_insert(&mut self, new: &NewContact, id: &str) -> Result<(), StoreError> {
        let row_id = new.id.as_id().canonical();
        let sealed = self.seal_value("contacts", "public_key", &row_id, new.public_key.as_bytes())?;
        let verified = new.becomes_verified();
        let now = self.now().to_sql();
        let row = NewContactRow {
            contact_id: DbId(id),
            display_name: SqlText(new.display_name.as_str()),
            folded_name: SqlText(folded_name(new.display_name.as_str())),
            public_key: SqlBlob(sealed),
            is_verified: Flag(verified),
            added_at: SqlTime(new.added_at.to_sql()),
            last_seen: new.last_seen.map(|at| SqlTime(at.to_sql())),
            created_at: SqlTime(&now),
            updated_at: SqlTime(&now),
        };
        self.db.ask_one("create a contact", |db| {
            diesel::insert_into(contacts::table).values(&row).execute(db)
        })?;
        let details = json!({ "has_key": !new.public_key.is_empty(), "is_verified": verified });
        let entry = NewAuditEntry::done(self.now(), Act::ContactAdd);
        self.audit(&entry.on(resource(&new.id)).with(details))
    }

    /// Sets the rest of a contact's state from an export, right after the contact was created.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn contact_restore(&mut self, id: &ContactId, state: &ContactState) -> Result<(), StoreError> {
        self.permit(&resource(id), Permission::Write)?;
        let text = id.to_string();
        let picture = state.profile_picture.as_ref().map(|picture| picture.as_str());
        let blocked = state.blocked_at.map(Timestamp::to_sql);
        let sql = Sql::new(hot::CONTACT_RESTORE)
            .bind(state.is_online)
            .bind(picture)
            .bind(blocked.as_deref())
            .bind(text.as_str());
        let changed = self.db.run(sql, "restore a contact")?;
        self.contact_took(id, changed, "restore a contact")?;
        self.mute_write(id, state.muted_until)?;
        if state.blocked_at.is_some() {
            self.audit(&NewAuditEntry::done(self.now(), Act::ContactBlock).on(resource(id)))?;
        }
        Ok(())
    }

    /// Removes a contact. Their conversation is hidden at once, their memberships end (another member takes over a
    /// group that they owned), and their name is removed from their messages in groups. The conversation's messages are
    /// removed in bounded batches ([`Store::removals_sweep`](crate::Store::removals_sweep)).
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn contact_remove(&mut self, id: &ContactId) -> Result<(), StoreError> {
        self.permit(&resource(id), Permission::Delete)?;
        let text = id.to_string();
        let left: Option<(SqlInt, SqlInt)> = self.db.ask("count what a contact leaves", |db| {
            conversations::table
                .filter(conversations::contact_id.eq(DbId(text.as_str())))
                .select((conversations::conversation, conversations::message_count))
                .get_result(db)
                .optional()
        })?;
        self.senders.clear();
        let member_of = self.groups_of(id)?;
        let removed = self.db.ask("remove a contact", |db| {
            diesel::delete(contacts::table.find(DbId(text.as_str()))).execute(db)
        })?;
        self.contact_took(id, removed, "remove a contact")?;
        let (conversation, messages) = left.map(|(number, messages)| (number.0, messages.0)).unzip();
        self.contact_is_gone(&text, conversation)?;
        self.groups_rekey(&member_of)?;
        let details = json!({ "messages": messages.unwrap_or_default(), "groups": member_of.len() });
        let entry = NewAuditEntry::done(self.now(), Act::ContactRemove);
        self.audit(&entry.on(resource(id)).with(details))
    }
}
