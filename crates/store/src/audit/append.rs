//! Writing entries: in the transaction of the act that they record, each chained to the MAC of the one before.

use diesel::prelude::*;
use privatus_domain::NewAuditEntry;
use privatus_schema::{Flag, SqlBlob, SqlInt, SqlText, TimeText, audit_log};

use super::chain::{EntryRow, GENESIS, entry_mac};
use super::counters::number_behind;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::keys::role::KeyRole;
use crate::tx::WriteTx;
use crate::tx::chain_head::ChainHead;

impl WriteTx<'_> {
    /// Writes an entry. It records the session's bound user, or, in a session without one, the user that the entry
    /// names.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn audit(&mut self, entry: &NewAuditEntry) -> Result<(), StoreError> {
        // Entries that were waiting happened before this one.
        self.pending_write()?;
        let user = self.user.as_ref().or(entry.user.as_ref());
        let text = |text: &str| SqlText(text.to_owned());
        let kind = entry.on.as_ref().map(|on| on.kind).or(entry.kind);
        let row = EntryRow {
            log_id: SqlInt(0),
            timestamp: Some(TimeText(entry.at.to_sql())),
            event_type: text(entry.act.event_type()),
            user_id: user.map(|user| text(user.as_str())),
            resource_type: kind.map(|kind| text(kind.as_str())),
            resource_id: entry.on.as_ref().map(|on| text(on.id())),
            action: text(entry.act.action()),
            details: None,
            ip_address: None,
            user_agent: None,
            success: Some(Flag(entry.success)),
            error_message: entry.error.as_deref().map(text),
            mac: None,
            key_number: None,
        };
        let details = entry.details.as_ref().map(|details| details.as_str().as_bytes());
        self.audit_append(row, details)
    }

    /// Writes the row with its number and its MAC.
    fn audit_append(&mut self, mut row: EntryRow, details: Option<&[u8]>) -> Result<(), StoreError> {
        let mut head = self.audit_position()?;
        let mut is_chained = true;
        if head.mac == GENESIS && head.given > 0 && !self.is_settling {
            // There are rows from before the chain that opening the vault could not settle. They are chained before the
            // first new one. If they may not be signed, they stay as they are, and the chain begins with the new entry.
            is_chained = self.audit_take_unchained_late(head)?;
            head = self.audit_position()?;
        }
        let log_id = number_behind(head.given, "audit_log")?;
        row.log_id = SqlInt(log_id);
        let seal = |plain| self.seal_value("audit_log", "details", &log_id.to_le_bytes(), plain);
        row.details = details.map(seal).transpose()?.map(SqlBlob);
        let (number, key) = self.key_ensure(KeyRole::Audit)?;
        let vault = self.shared.vault_id;
        let mac = entry_mac(
            &key.to_audit_key(),
            (vault.as_bytes().as_slice(), number),
            &head.mac,
            &row,
            details,
        );
        if is_chained {
            row.mac = Some(SqlBlob(mac.to_vec()));
            row.key_number = Some(SqlInt(number.into()));
        }
        self.db.ask_one("write an audit entry", |db| {
            diesel::insert_into(audit_log::table).values(&row).execute(db)
        })?;
        let mac = if is_chained { mac } else { GENESIS };
        self.audit_head = Some(ChainHead { given: log_id, mac });
        Ok(())
    }

    /// Adds rows from before the chain. Returns `false` if a row cannot be read: new entries are then written without
    /// MACs, and a later open chains all of them. An unreadable row must not prevent writing to the vault.
    fn audit_take_unchained_late(&mut self, head: ChainHead) -> Result<bool, StoreError> {
        let new_keys = self.new_keys.clone();
        self.db
            .run(Sql::new("SAVEPOINT audit_settle"), "begin to settle")?;
        self.is_settling = true;
        let settled = self.audit_take_unchained(false);
        self.is_settling = false;
        let Err(error) = settled else {
            self.db.run(Sql::new("RELEASE audit_settle"), "end settling")?;
            return Ok(true);
        };
        let back = "ROLLBACK TO audit_settle; RELEASE audit_settle";
        if self.db.raw().execute_batch(back).is_err() || self.db.is_spoiled() {
            return Err(error);
        }
        (self.new_keys, self.last_key, self.audit_head) = (new_keys, None, Some(head));
        match error {
            StoreError::DatabaseDamaged(_) => Ok(false),
            error => Err(error),
        }
    }

    /// Writes the entries and security events that waited for a write transaction: what happened while opening the
    /// vault, and what was refused in reads.
    pub(crate) fn pending_write(&mut self) -> Result<(), StoreError> {
        if self.is_settling {
            // This transaction may be abandoned, and the waiting entries must not be lost with it.
            return Ok(());
        }
        let Some(pending) = self.shared.pending.take() else {
            return Ok(());
        };
        // They name their own user; one without a user is not an act of the currently bound user.
        let bound = self.user.take();
        let written = pending
            .entries
            .iter()
            .try_for_each(|entry| self.audit(entry))
            .and_then(|()| {
                let mut events = pending.events.iter();
                events.try_for_each(|event| self.security_event(event))
            });
        self.user = bound;
        self.waited.get_or_insert_default().append(pending);
        written
    }
}
