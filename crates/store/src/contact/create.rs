//! A contact is made with its conversation, and removed.

use privatus_domain::folded::folded_name;
use privatus_domain::{
    Act, ContactError, ContactId, ContactState, ConversationId, ConversationKind, NewAuditEntry, NewContact,
    Permission, Resource, Timestamp,
};
use serde_json::json;

use super::{absent, resource};
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::{ReadTx, WriteTx};

impl ReadTx<'_> {
    fn contact_exists(&mut self, id: &str) -> Result<bool, StoreError> {
        let sql = Sql::new("SELECT contact_id FROM contacts WHERE contact_id = ?");
        let row: Option<String> = self.db.row(sql.bind(id), "find a contact")?;
        Ok(row.is_some())
    }
}

impl WriteTx<'_> {
    /// Creates a contact and its conversation; gives the conversation's id, which is the contact's where that is free.
    /// One that is there already is left as it is, its key too.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for the vault's own id.
    pub fn contact_create(&mut self, new: &NewContact) -> Result<ConversationId, StoreError> {
        Resource::check_new(&new.id.to_string())?;
        self.contact_create_in(new, &ConversationId::new(new.id.as_id().clone()))
    }

    /// The same with the conversation's id given, for an export that is read back.
    ///
    /// # Errors
    /// As [`contact_create`](Self::contact_create).
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
        if !self.contact_exists(&id)? {
            self.contact_insert(new, &id)?;
        }
        self.conversation_ensure(ConversationKind::Direct, &id, &conversation.to_string())
    }

    fn contact_insert(&mut self, new: &NewContact, id: &str) -> Result<(), StoreError> {
        let row_id = new.id.as_id().canonical();
        let sealed = self.seal_value("contacts", "public_key", &row_id, new.public_key.as_bytes())?;
        let verified = new.becomes_verified();
        let (added, now) = (new.added_at.to_sql(), self.now().to_sql());
        let seen = new.last_seen.map(Timestamp::to_sql);
        let folded = folded_name(new.display_name.as_str());
        let sql = Sql::new(
            "INSERT INTO contacts (contact_id, display_name, folded_name, public_key, is_verified, added_at, \
             last_seen, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        );
        let sql = sql
            .bind(id)
            .bind(new.display_name.as_str())
            .bind(folded.as_str())
            .bind(sealed.as_slice())
            .bind(verified)
            .bind(added.as_str())
            .bind(seen.as_deref())
            .bind(now.as_str())
            .bind(now.as_str());
        self.db.run(sql, "create a contact")?;
        let details = json!({ "has_key": !new.public_key.is_empty(), "is_verified": verified });
        let entry = NewAuditEntry::done(self.now(), Act::ContactAdd);
        self.audit(&entry.on(resource(&new.id)).with(details))
    }

    /// Gives a contact that was just created the rest of what an export says of it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn contact_restore(&mut self, id: &ContactId, state: &ContactState) -> Result<(), StoreError> {
        self.permit(&resource(id), Permission::Write)?;
        let text = id.to_string();
        let blocked = state.blocked_at.map(Timestamp::to_sql);
        let picture = state.profile_picture.as_ref().map(|picture| picture.as_str());
        let sql = Sql::new(
            "UPDATE contacts SET is_online = ?, profile_picture = ?, blocked_at = ? WHERE contact_id = ?",
        );
        let sql = sql
            .bind(state.is_online)
            .bind(picture)
            .bind(blocked.as_deref())
            .bind(text.as_str());
        if self.db.run(sql, "restore a contact")? == 0 {
            return Err(absent(id));
        }
        self.mute_write(&text, state.muted_until)?;
        if blocked.is_some() {
            self.audit(&NewAuditEntry::done(self.now(), Act::ContactBlock).on(resource(id)))?;
        }
        Ok(())
    }

    /// Removes a contact: its conversation is hidden at once, its memberships end (where it owned a group, another member
    /// does now), its name leaves what it wrote in groups; the messages go in bounded batches
    /// ([`Store::removals_sweep`](crate::Store::removals_sweep)).
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn contact_remove(&mut self, id: &ContactId) -> Result<(), StoreError> {
        self.permit(&resource(id), Permission::Delete)?;
        let text = id.to_string();
        let sql = Sql::new(
            "SELECT (SELECT message_count FROM conversations WHERE contact_id = ?), \
             (SELECT count(*) FROM group_members WHERE contact_id = ?)",
        );
        let sql = sql.bind(text.as_str()).bind(text.as_str());
        let counts: Option<(Option<i64>, i64)> = self.db.row(sql, "count what a contact leaves")?;
        let (messages, groups) = counts.unwrap_or_default();
        self.senders.clear();
        let member_of = self.groups_of(id)?;
        let sql = Sql::new("DELETE FROM contacts WHERE contact_id = ?");
        if self.db.run(sql.bind(text.as_str()), "remove a contact")? == 0 {
            return Err(absent(id));
        }
        self.groups_rekey(&member_of)?;
        let details = json!({ "messages": messages.unwrap_or_default(), "groups": groups });
        if privatus_domain::planted!(RemovalNotAudited) {
            return Ok(());
        }
        let entry = NewAuditEntry::done(self.now(), Act::ContactRemove);
        self.audit(&entry.on(resource(id)).with(details))
    }
}
