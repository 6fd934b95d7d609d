//! Contacts: created, changed, found, verified, blocked, removed with everything that hangs on them.

mod change;
mod create;
mod key;
mod search;
#[cfg(test)]
mod tests;

use privatus_domain::{Contact, ContactId, Permission, PublicKey, Resource, ResourceKind, Timestamp};

use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::ReadTx;

pub use key::safety_number;

type Row = (
    String,
    String,
    Vec<u8>,
    Option<bool>,
    Option<bool>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
);
const SELECT: &str = "SELECT c.contact_id, c.display_name, c.public_key, c.is_verified, c.is_online, c.added_at, \
                      c.last_seen, c.profile_picture, c.blocked_at, v.muted_until FROM contacts c \
                      LEFT JOIN conversations v ON v.contact_id = c.contact_id";

/// A contact, as access control and the audit log name it.
fn resource(id: &ContactId) -> Resource {
    Resource::of(ResourceKind::Contact, id)
}

fn absent(id: &ContactId) -> StoreError {
    StoreError::NotFound(format!("contact {id}"))
}

impl ReadTx<'_> {
    /// A contact by its id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn contact_by_id(&mut self, id: &ContactId) -> Result<Contact, StoreError> {
        self.permit(&resource(id), Permission::Read)?;
        self.contact_find(id)
    }

    /// The same for an act that has another permission.
    fn contact_find(&mut self, id: &ContactId) -> Result<Contact, StoreError> {
        let text = id.to_string();
        let sql = Sql::new(format!("{SELECT} WHERE c.contact_id = ?"));
        let row = self.db.row(sql.bind(text.as_str()), "find a contact")?;
        self.contact_from(row.ok_or_else(|| absent(id))?)
    }

    /// All contacts, in the order of their ids; those that the session may not read are left out.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn contacts(&mut self) -> Result<Vec<Contact>, StoreError> {
        let sql = Sql::new(format!("{SELECT} ORDER BY c.contact_id"));
        let rows: Vec<Row> = self.db.rows(sql, "list the contacts")?;
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

    fn contact_from(&mut self, row: Row) -> Result<Contact, StoreError> {
        self.contact_decode(row).map_err(StoreError::of_stored)
    }

    fn contact_decode(&mut self, row: Row) -> Result<Contact, StoreError> {
        let (
            id,
            display_name,
            envelope,
            is_verified,
            is_online,
            added_at,
            last_seen,
            picture,
            blocked,
            muted,
        ) = row;
        let id: ContactId = id.parse()?;
        let key = self
            .open_value("contacts", "public_key", &id.as_id().canonical(), &envelope)
            .map_err(|error| match error {
                StoreError::DatabaseDamaged(_) => {
                    StoreError::DatabaseDamaged(format!("the public key of contact {id} does not open"))
                }
                error => error,
            })?;
        let time = |text: Option<String>| text.as_deref().map(Timestamp::parse).transpose();
        Ok(Contact {
            id,
            display_name,
            public_key: PublicKey::kept(key.to_vec())?,
            is_verified: is_verified.unwrap_or_default(),
            is_online: is_online.unwrap_or_default(),
            added_at: time(added_at)?.unwrap_or(Timestamp::MIN),
            last_seen: time(last_seen)?,
            profile_picture: picture,
            blocked_at: time(blocked)?,
            muted_until: time(muted)?,
        })
    }

    /// Whether nothing hangs on a contact: no message, no membership, and nothing that it wrote anywhere.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn contact_is_bare(&mut self, id: &ContactId) -> Result<bool, StoreError> {
        self.permit(&resource(id), Permission::Read)?;
        let id = id.to_string();
        let sql = Sql::new(
            "SELECT NOT EXISTS (SELECT 1 FROM senders WHERE contact_id = ?) \
             AND NOT EXISTS (SELECT 1 FROM group_members WHERE contact_id = ?) \
             AND NOT EXISTS (SELECT 1 FROM conversations v JOIN conversation_months m USING (conversation) \
             WHERE v.contact_id = ?)",
        );
        let sql = sql.bind(id.as_str()).bind(id.as_str()).bind(id.as_str());
        let bare: Option<bool> = self.db.row(sql, "look at a contact")?;
        Ok(bare.unwrap_or_default())
    }
}
