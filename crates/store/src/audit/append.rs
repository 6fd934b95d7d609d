//! Writing entries: in the transaction of the act, each under the MAC of the one before.

use privatus_domain::NewAuditEntry;

use super::KEY;
use super::chain::{Columns, GENESIS, entry_mac};
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::WriteTx;
use crate::tx::chain_head::ChainHead;

impl WriteTx<'_> {
    /// Writes an entry, as the act of the user that the session is bound to; in one that is bound to none, of whom it
    /// names.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn audit(&mut self, entry: &NewAuditEntry) -> Result<(), StoreError> {
        // What waited happened before.
        self.pending_write()?;
        let user = self.user.as_ref().or(entry.user.as_ref());
        let row: Columns = (
            0,
            Some(entry.at.to_sql()),
            entry.act.event_type().into(),
            user.map(ToString::to_string),
            entry.on.as_ref().map(|on| on.kind.as_str().into()),
            entry.on.as_ref().map(|on| on.id().into()),
            entry.act.action().into(),
            None,
            (None, None, Some(entry.success), entry.error.clone()),
            (None, None),
        );
        let details = entry.details.as_ref().map(|details| details.as_str().as_bytes());
        self.audit_append(row, details)
    }

    fn audit_append(&mut self, mut row: Columns, details: Option<&[u8]>) -> Result<(), StoreError> {
        let mut head = self.audit_position()?;
        let mut is_chained = true;
        if head.mac == GENESIS && head.given > 0 && !self.is_settling {
            // Rows from before the chain, which an open could not settle: they are in it before the first new one.
            is_chained = self.audit_take_unchained_late(head)?;
            head = self.audit_position()?;
        }
        let log_id = head.given.saturating_add(1);
        row.0 = log_id;
        let seal = |plain| self.seal_value("audit_log", "details", &log_id.to_le_bytes(), plain);
        let sealed = details.map(seal).transpose()?;
        let (number, key) = self.key_ensure(KEY.0, KEY.1)?;
        let vault = self.shared.vault_id;
        let mac = entry_mac(
            &key.to_audit_key(),
            (vault.as_bytes().as_slice(), number),
            &head.mac,
            &row,
            details,
        );
        let (_, at, event, user, kind, id, action, _, (_, _, success, error), _) = &row;
        let sql = Sql::new(
            "INSERT INTO audit_log (log_id, timestamp, event_type, user_id, resource_type, resource_id, action, \
             details, success, error_message, mac, key_number) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        );
        let sql = sql
            .bind(log_id)
            .bind(at.as_deref())
            .bind(event.as_str())
            .bind(user.as_deref())
            .bind(kind.as_deref())
            .bind(id.as_deref())
            .bind(action.as_str())
            .bind(sealed.as_deref())
            .bind(*success)
            .bind(error.as_deref())
            .bind(is_chained.then_some(mac.as_slice()))
            .bind(is_chained.then_some(i64::from(number)));
        self.db.run(sql, "write an audit entry")?;
        let mac = if is_chained { mac } else { GENESIS };
        self.audit_head = Some(ChainHead { given: log_id, mac });
        Ok(())
    }

    /// `false` when a row does not read: then the new ones wait for the chain beside it, and a later open takes all of them
    /// in. It must not keep the vault from being written.
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

    /// Where the chain stands: behind the newest entry that has a MAC, or behind what was removed.
    pub(super) fn audit_position(&mut self) -> Result<ChainHead, StoreError> {
        if let Some(head) = self.audit_head {
            return Ok(head);
        }
        type Row = (Option<i64>, Option<Vec<u8>>, Option<Vec<u8>>);
        let sql = Sql::new(
            "SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'audit_log'), 0), \
             coalesce((SELECT max(log_id) FROM audit_log), 0)), \
             (SELECT mac FROM audit_log WHERE mac IS NOT NULL ORDER BY log_id DESC LIMIT 1), \
             (SELECT audit_removed_mac FROM vault_state WHERE id = 1)",
        );
        let row: Option<Row> = self.db.row(sql, "find the audit log's head")?;
        let (given, newest, removed) = row.unwrap_or_default();
        let mac = match newest.or(removed) {
            None => GENESIS,
            Some(mac) => mac
                .try_into()
                .map_err(|_| StoreError::AuditBroken("the newest entry's MAC has another length".into()))?,
        };
        let head = ChainHead {
            given: given.unwrap_or_default(),
            mac,
        };
        self.audit_head = Some(head);
        Ok(head)
    }

    /// Entries and security events that waited for a write transaction: what happened at the open, and what was refused
    /// in reads.
    pub(crate) fn pending_write(&mut self) -> Result<(), StoreError> {
        if self.is_settling {
            // That may be given up, and they are not to go with it.
            return Ok(());
        }
        let Some(pending) = self.shared.pending.take() else {
            return Ok(());
        };
        // They name their user themselves; what has none is not the act of the one that is bound now.
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
