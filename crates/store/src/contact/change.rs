//! What changes of a contact that is there: name, picture, presence, block and mute.

use privatus_domain::folded::folded_name;
use privatus_domain::limits::FUTURE_TOLERANCE_MS;
use privatus_domain::{
    Act, ContactError, ContactId, DisplayName, NewAuditEntry, Permission, ProfilePicture, Timestamp,
};
use serde_json::json;

use super::{absent, resource};
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// Rows of one batch when names are folded.
const BATCH: usize = 500;

impl WriteTx<'_> {
    /// Gives a contact another name.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn contact_rename(&mut self, id: &ContactId, name: &DisplayName) -> Result<(), StoreError> {
        let (text, folded) = (id.to_string(), folded_name(name.as_str()));
        let folded = if privatus_domain::planted!(FoldedNameStale) {
            String::new()
        } else {
            folded
        };
        let now = self.now().to_sql();
        let sql = Sql::new(
            "UPDATE contacts SET display_name = ?, folded_name = ?, updated_at = ? WHERE contact_id = ?",
        );
        let sql = sql
            .bind(name.as_str())
            .bind(folded.as_str())
            .bind(now.as_str())
            .bind(text.as_str());
        self.contact_update(id, sql)?;
        self.contact_audit(id, Act::ContactChange, Some("display_name"))
    }

    /// Gives a contact a picture, or takes it away.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn contact_picture(
        &mut self,
        id: &ContactId,
        picture: Option<&ProfilePicture>,
    ) -> Result<(), StoreError> {
        let (text, now) = (id.to_string(), self.now().to_sql());
        let sql = Sql::new("UPDATE contacts SET profile_picture = ?, updated_at = ? WHERE contact_id = ?");
        let sql = sql
            .bind(picture.map(ProfilePicture::as_str))
            .bind(now.as_str())
            .bind(text.as_str());
        self.contact_update(id, sql)?;
        self.contact_audit(id, Act::ContactChange, Some("profile_picture"))
    }

    /// Notes whether a contact is online, and when it was last seen: now, when it is online and nothing else is said. That
    /// never goes back. It changes all the time, and is not audited.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Refused`] for a time more than a day ahead of the clock.
    pub fn contact_presence(
        &mut self,
        id: &ContactId,
        is_online: bool,
        last_seen: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let now = self.now();
        if let Some(seen) = last_seen.filter(|seen| seen.unix_ms() - now.unix_ms() > FUTURE_TOLERANCE_MS) {
            return Err(ContactError::SeenAhead(seen).into());
        }
        let seen = last_seen
            .or_else(|| is_online.then_some(now))
            .map(Timestamp::to_sql);
        let text = id.to_string();
        let sql = Sql::new(
            "UPDATE contacts SET is_online = ?, last_seen = max(coalesce(last_seen, ''), coalesce(?, last_seen)) \
             WHERE contact_id = ?",
        );
        let sql = sql.bind(is_online).bind(seen.as_deref()).bind(text.as_str());
        self.contact_update(id, sql)
    }

    /// Blocks a contact: messages that arrive in its conversation are refused. `false` when it is blocked already.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn contact_block(&mut self, id: &ContactId) -> Result<bool, StoreError> {
        let now = self.now();
        self.block_write(id, Some(now), Act::ContactBlock)
    }

    /// Unblocks a contact. `false` when it is not blocked.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn contact_unblock(&mut self, id: &ContactId) -> Result<bool, StoreError> {
        self.block_write(id, None, Act::ContactUnblock)
    }

    fn block_write(&mut self, id: &ContactId, at: Option<Timestamp>, act: Act) -> Result<bool, StoreError> {
        self.permit(&resource(id), Permission::Write)?;
        if self.contact_find(id)?.blocked_at.is_some() == at.is_some() {
            return Ok(false);
        }
        let (text, at, now) = (id.to_string(), at.map(Timestamp::to_sql), self.now().to_sql());
        let sql = Sql::new("UPDATE contacts SET blocked_at = ?, updated_at = ? WHERE contact_id = ?");
        let sql = sql.bind(at.as_deref()).bind(now.as_str()).bind(text.as_str());
        self.contact_update(id, sql)?;
        self.contact_audit(id, act, None)?;
        Ok(true)
    }

    /// Mutes the conversation of a contact until a time ([`Timestamp::MAX`]: for ever), or no more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Refused`] for a time that is over.
    pub fn contact_mute(&mut self, id: &ContactId, until: Option<Timestamp>) -> Result<(), StoreError> {
        self.permit(&resource(id), Permission::Write)?;
        let now = self.now();
        if let Some(until) = until.filter(|until| *until <= now) {
            return Err(ContactError::MuteOver { until, now }.into());
        }
        match self.mute_write(&id.to_string(), until)? {
            0 => Err(absent(id)),
            _ => Ok(()),
        }
    }

    pub(super) fn mute_write(&mut self, id: &str, until: Option<Timestamp>) -> Result<usize, StoreError> {
        let (until, now) = (until.map(Timestamp::to_sql), self.now().to_sql());
        let sql = Sql::new("UPDATE conversations SET muted_until = ?, updated_at = ? WHERE contact_id = ?");
        let sql = sql.bind(until.as_deref()).bind(now.as_str()).bind(id);
        self.db.run(sql, "mute a conversation")
    }

    /// Runs an update of one contact, for whoever may write it.
    pub(super) fn contact_update(&mut self, id: &ContactId, sql: Sql<'_>) -> Result<(), StoreError> {
        self.permit(&resource(id), Permission::Write)?;
        match self.db.run(sql, "change a contact")? {
            0 => Err(absent(id)),
            _ => Ok(()),
        }
    }

    pub(super) fn contact_audit(
        &mut self,
        id: &ContactId,
        act: Act,
        changed: Option<&str>,
    ) -> Result<(), StoreError> {
        let entry = NewAuditEntry::done(self.now(), act).on(resource(id));
        match changed {
            Some(field) => self.audit(&entry.with(json!({ "changed": [field] }))),
            None => self.audit(&entry),
        }
    }

    /// Folds the names that wait for it: of an older build, of a database that was adopted, and of plain SQL.
    pub(crate) fn contact_names_fold(&mut self) -> Result<(), StoreError> {
        loop {
            let sql = Sql::new(format!(
                "SELECT rowid, display_name FROM contacts WHERE folded_name IS NULL LIMIT {BATCH}"
            ));
            let rows: Vec<(i64, String)> = self.db.rows(sql, "find names that are not folded")?;
            if rows.is_empty() {
                return Ok(());
            }
            for (row, name) in rows {
                let folded = folded_name(&name);
                let sql = Sql::new("UPDATE contacts SET folded_name = ? WHERE rowid = ?");
                self.db.run(sql.bind(folded.as_str()).bind(row), "fold a name")?;
            }
        }
    }
}
