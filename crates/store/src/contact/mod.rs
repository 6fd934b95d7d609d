//! Contacts: created, renamed, verified, removed with everything that hangs on them.

use privatus_domain::contact::{Contact, ContactError, DisplayName, NewContact, PublicKey};
use privatus_domain::{ContactId, ConversationId, ConversationKind, Timestamp};

use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::{ReadTx, WriteTx};

type Row = (
    String,
    String,
    Vec<u8>,
    Option<bool>,
    Option<String>,
    Option<String>,
);
const COLUMNS: &str = "contact_id, display_name, public_key, is_verified, added_at, last_seen";

impl ReadTx<'_> {
    /// A contact by its id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn contact_by_id(&mut self, id: &ContactId) -> Result<Contact, StoreError> {
        let text = id.to_string();
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM contacts WHERE contact_id = ?"));
        let row = self.link.row(sql.bind(text.as_str()), "find a contact")?;
        let row = row.ok_or_else(|| StoreError::NotFound(format!("contact {id}")))?;
        self.contact_from(row)
    }

    /// All contacts, in the order of their ids.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn contacts(&mut self) -> Result<Vec<Contact>, StoreError> {
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM contacts ORDER BY contact_id"));
        let rows: Vec<Row> = self.link.rows(sql, "list the contacts")?;
        rows.into_iter().map(|row| self.contact_from(row)).collect()
    }

    fn contact_from(&mut self, row: Row) -> Result<Contact, StoreError> {
        self.contact_decode(row).map_err(StoreError::of_stored)
    }

    fn contact_decode(&mut self, row: Row) -> Result<Contact, StoreError> {
        let (id, display_name, envelope, is_verified, added_at, last_seen) = row;
        let id: ContactId = id.parse()?;
        let key = self.open_value("contacts", "public_key", &id.as_id().canonical(), &envelope)?;
        let added_at = added_at.as_deref().map(Timestamp::parse).transpose()?;
        Ok(Contact {
            id,
            display_name,
            public_key: PublicKey::new(key)?,
            is_verified: is_verified.unwrap_or_default(),
            added_at: added_at.unwrap_or(Timestamp::MIN),
            last_seen: last_seen.as_deref().map(Timestamp::parse).transpose()?,
        })
    }

    /// Whether nothing hangs on a contact: no message, no membership, and nothing that it wrote anywhere.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn contact_is_bare(&mut self, id: &ContactId) -> Result<bool, StoreError> {
        let id = id.to_string();
        let sql = Sql::new(
            "SELECT NOT EXISTS (SELECT 1 FROM senders WHERE contact_id = ?) \
             AND NOT EXISTS (SELECT 1 FROM group_members WHERE contact_id = ?) \
             AND NOT EXISTS (SELECT 1 FROM conversations v JOIN conversation_months m USING (conversation) \
             WHERE v.contact_id = ?)",
        );
        let sql = sql.bind(id.as_str()).bind(id.as_str()).bind(id.as_str());
        let bare: Option<bool> = self.link.row(sql, "look at a contact")?;
        Ok(bare.unwrap_or_default())
    }

    fn contact_exists(&mut self, id: &str) -> Result<bool, StoreError> {
        let sql = Sql::new("SELECT contact_id FROM contacts WHERE contact_id = ?");
        let row: Option<String> = self.link.row(sql.bind(id), "find a contact")?;
        Ok(row.is_some())
    }
}

impl WriteTx<'_> {
    /// Creates a contact and its conversation; gives the conversation's id, which is the contact's where that is free.
    /// One that is there already is left as it is.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn contact_create(&mut self, new: &NewContact) -> Result<ConversationId, StoreError> {
        self.contact_create_in(new, &ConversationId::new(new.id.as_id().clone()))
    }

    /// The same with the conversation's id given, for an export that is read back.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn contact_create_in(
        &mut self,
        new: &NewContact,
        conversation: &ConversationId,
    ) -> Result<ConversationId, StoreError> {
        let id = new.id.to_string();
        if !self.contact_exists(&id)? {
            let row_id = new.id.as_id().canonical();
            let sealed = self.seal_value("contacts", "public_key", &row_id, new.public_key.as_bytes())?;
            let verified = new.is_verified && !new.public_key.is_empty();
            let (added, now) = (new.added_at.to_sql(), self.now().to_sql());
            let seen = new.last_seen.map(Timestamp::to_sql);
            let sql = Sql::new(
                "INSERT INTO contacts (contact_id, display_name, public_key, is_verified, added_at, last_seen, \
                 created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            );
            let sql = sql
                .bind(id.as_str())
                .bind(new.display_name.as_str())
                .bind(sealed.as_slice())
                .bind(verified)
                .bind(added.as_str())
                .bind(seen.as_deref())
                .bind(now.as_str())
                .bind(now.as_str());
            self.link.run(sql, "create a contact")?;
        }
        self.conversation_ensure(ConversationKind::Direct, &id, &conversation.to_string())
    }

    /// Gives a contact another name.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn contact_rename(&mut self, id: &ContactId, name: &DisplayName) -> Result<(), StoreError> {
        let (id_text, now) = (id.to_string(), self.now().to_sql());
        let sql = Sql::new("UPDATE contacts SET display_name = ?, updated_at = ? WHERE contact_id = ?");
        let sql = sql.bind(name.as_str()).bind(now.as_str()).bind(id_text.as_str());
        found(self.link.run(sql, "rename a contact")?, id)
    }

    /// Marks a contact's key as verified.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Refused`] when it has no key.
    pub fn contact_verify(&mut self, id: &ContactId) -> Result<(), StoreError> {
        if self.contact_by_id(id)?.public_key.is_empty() {
            return Err(ContactError::NothingToVerify.into());
        }
        let (id_text, now) = (id.to_string(), self.now().to_sql());
        let sql = Sql::new("UPDATE contacts SET is_verified = TRUE, updated_at = ? WHERE contact_id = ?");
        found(
            self.link
                .run(sql.bind(now.as_str()).bind(id_text.as_str()), "verify a contact")?,
            id,
        )
    }

    /// Removes a contact: its conversation is hidden at once, its memberships end, its name leaves what it wrote in
    /// groups; the messages go in bounded batches ([`Store::removals_sweep`](crate::Store::removals_sweep)).
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn contact_remove(&mut self, id: &ContactId) -> Result<(), StoreError> {
        let id_text = id.to_string();
        let sql = Sql::new("DELETE FROM contacts WHERE contact_id = ?");
        self.senders.clear();
        found(self.link.run(sql.bind(id_text.as_str()), "remove a contact")?, id)
    }
}

fn found(rows: usize, id: &ContactId) -> Result<(), StoreError> {
    if rows == 0 {
        Err(StoreError::NotFound(format!("contact {id}")))
    } else {
        Ok(())
    }
}
