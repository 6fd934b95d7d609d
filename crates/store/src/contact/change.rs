//! Changing an existing contact: name, picture, presence, block and mute.

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use privatus_domain::folded::folded_name;
use privatus_domain::limits::FUTURE_TOLERANCE_MS;
use privatus_domain::{
    Act, ContactError, ContactId, DisplayName, NewAuditEntry, Permission, ProfilePicture, Timestamp,
};
use privatus_schema::functions::{coalesce, greater};
use privatus_schema::{DbId, Flag, SqlBlob, SqlText, SqlTime, contacts};
use serde_json::json;

use super::list::{absent, resource};
use super::search::NameRow;
use crate::db::at_most::{AtMost, ascends};
use crate::db::hot;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// A change of a row of `contacts`: `None` leaves a column unchanged, `Some(None)` removes its value.
#[derive(AsChangeset, Default)]
#[diesel(table_name = contacts)]
pub(super) struct ContactUpdate<'a> {
    pub(super) display_name: Option<SqlText<&'a str>>,
    pub(super) folded_name: Option<SqlText>,
    /// Sealed.
    pub(super) public_key: Option<SqlBlob>,
    pub(super) is_verified: Option<Flag>,
    pub(super) profile_picture: Option<Option<SqlText<&'a str>>>,
    pub(super) blocked_at: Option<Option<SqlTime>>,
}

impl WriteTx<'_> {
    /// Renames a contact.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn contact_rename(&mut self, id: &ContactId, name: &DisplayName) -> Result<(), StoreError> {
        let update = ContactUpdate {
            display_name: Some(SqlText(name.as_str())),
            folded_name: Some(SqlText(folded_name(name.as_str()))),
            ..ContactUpdate::default()
        };
        self.contact_update(id, &update)?;
        self.contact_audit(id, Act::ContactChange, Some("display_name"))
    }

    /// Sets or removes a contact's picture.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn contact_picture(
        &mut self,
        id: &ContactId,
        picture: Option<&ProfilePicture>,
    ) -> Result<(), StoreError> {
        let update = ContactUpdate {
            profile_picture: Some(picture.map(|picture| SqlText(picture.as_str()))),
            ..ContactUpdate::default()
        };
        self.contact_update(id, &update)?;
        self.contact_audit(id, Act::ContactChange, Some("profile_picture"))
    }

    /// Records whether a contact is online and when they were last seen. Without `last_seen`, a contact that is online
    /// counts as seen now. The time never moves backwards. Presence changes all the time, so it is not audited.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Contact`] for a time more than a day ahead of the clock.
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
        self.permit(&resource(id), Permission::Write)?;
        let seen = last_seen
            .or_else(|| is_online.then_some(now))
            .map(Timestamp::to_sql);
        let changed = self.db.ask("change a contact", |db| {
            let seen = seen.as_deref().map(|seen| {
                let before = coalesce(contacts::last_seen, SqlTime(""));
                contacts::last_seen.eq(greater(before, SqlTime(seen)).nullable())
            });
            diesel::update(contacts::table.find(DbId(id.to_string())))
                .set((contacts::is_online.eq(Flag(is_online)), seen))
                .execute(db)
        })?;
        self.contact_took(id, changed, "change a contact")
    }

    /// Blocks a contact: messages that arrive in their conversation are refused. Returns `false` if already blocked.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn contact_block(&mut self, id: &ContactId) -> Result<bool, StoreError> {
        let now = self.now();
        self.block_write(id, Some(now), Act::ContactBlock)
    }

    /// Unblocks a contact. Returns `false` if the contact is not blocked.
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
        let update = ContactUpdate {
            blocked_at: Some(at.map(|at| SqlTime(at.to_sql()))),
            ..ContactUpdate::default()
        };
        self.contact_update(id, &update)?;
        self.contact_audit(id, act, None)?;
        Ok(true)
    }

    /// Mutes a contact's conversation until a time ([`Timestamp::MAX`] means forever), or unmutes it for `None`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Contact`] for a time in the past.
    pub fn contact_mute(&mut self, id: &ContactId, until: Option<Timestamp>) -> Result<(), StoreError> {
        self.permit(&resource(id), Permission::Write)?;
        let now = self.now();
        if let Some(until) = until.filter(|until| *until <= now) {
            return Err(ContactError::MuteOver { until, now }.into());
        }
        self.mute_write(id, until)
    }

    pub(super) fn mute_write(&mut self, id: &ContactId, until: Option<Timestamp>) -> Result<(), StoreError> {
        let (until, now, text) = (until.map(Timestamp::to_sql), self.now().to_sql(), id.to_string());
        let sql = Sql::new(hot::CONVERSATION_MUTE);
        let sql = sql.bind(until.as_deref()).bind(now.as_str()).bind(text.as_str());
        let changed = self.db.run(sql, "mute a conversation")?;
        self.contact_took(id, changed, "mute a conversation")
    }

    /// Checks that an update of a contact's row, or of its conversation's row, found the row.
    pub(super) fn contact_took(
        &mut self,
        id: &ContactId,
        changed: usize,
        doing: &str,
    ) -> Result<(), StoreError> {
        let is_there = self.db.took(changed, doing, |db| {
            select(exists(contacts::table.find(DbId(id.to_string())))).get_result(db)
        })?;
        if is_there { Ok(()) } else { Err(absent(id)) }
    }

    /// Updates one contact after checking the permission to write it.
    pub(super) fn contact_update(
        &mut self,
        id: &ContactId,
        update: &ContactUpdate<'_>,
    ) -> Result<(), StoreError> {
        self.permit(&resource(id), Permission::Write)?;
        let now = self.now().to_sql();
        let changed = self.db.ask("change a contact", |db| {
            diesel::update(contacts::table.find(DbId(id.to_string())))
                .set((update, contacts::updated_at.eq(SqlTime(now))))
                .execute(db)
        })?;
        self.contact_took(id, changed, "change a contact")
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

    /// Folds the names that are not folded yet: those from an older build, an adopted database, or plain SQL.
    pub(crate) fn contact_names_fold(&mut self) -> Result<(), StoreError> {
        let (mut after, waiting) = (i64::MIN, self.names_waiting()?);
        let mut most = AtMost::of(waiting, "fold the names");
        loop {
            // Continue after the last one: a name that a trigger unfolds again would otherwise come up forever.
            let names = self.names_unfolded(after)?;
            let Some(last) = names.last() else {
                return Ok(());
            };
            ascends(&after, &last.rowid.0, "fold the names")?;
            after = last.rowid.0;
            most.take(u64::try_from(names.len()).unwrap_or(u64::MAX))?;
            for NameRow { name, rowid } in names {
                let folded = folded_name(&name.0);
                let sql = Sql::new(hot::CONTACT_FOLD).bind(folded.as_str()).bind(rowid.0);
                self.db.run_one(sql, "fold a name")?;
            }
        }
    }
}
