//! The numbers of entries and of security events. Each is assigned only once: SQLite's counter knows the last one even
//! if its row was removed.

use diesel::prelude::*;
use diesel::sql_query;
use privatus_schema::sql_types::{BigInt, Binary, Nullable};
use privatus_schema::{SqlBlob, SqlInt};

use super::chain::GENESIS;
use super::counters::number_behind;
use crate::error::StoreError;
use crate::tx::chain_head::ChainHead;
use crate::tx::{ReadTx, WriteTx};

/// A counter that is not a number counts as the highest number; of several counters, the highest is used.
const HEAD: &str = "SELECT max(coalesce((SELECT max(CASE typeof(seq) WHEN 'integer' THEN seq ELSE 9223372036854775807 END) \
                    FROM sqlite_sequence WHERE name = 'audit_log'), 0), \
                    coalesce((SELECT max(log_id) FROM audit_log), 0)) AS given, \
                    (SELECT iif(typeof(mac) = 'blob', mac, x'') FROM audit_log WHERE mac IS NOT NULL ORDER BY log_id DESC LIMIT 1) AS newest, \
                    (SELECT audit_removed_mac FROM vault_state WHERE id = 1) AS removed";
/// An impossible counter is ignored, because it says nothing about the assigned numbers.
const GIVEN: &str = "SELECT max(seq) AS number FROM sqlite_sequence WHERE name = 'audit_log' AND typeof(seq) = 'integer' \
                     AND seq < 9007194959773696";
const LAST_EVENT: &str = "SELECT max(coalesce((SELECT max(CASE typeof(seq) WHEN 'integer' THEN seq ELSE 9223372036854775807 END) \
     FROM sqlite_sequence WHERE name = 'security_events'), 0), \
     coalesce((SELECT max(event_id) FROM security_events), 0)) AS number";

/// How many of the newest events are searched.
const NEWEST_EVENTS: i64 = 1_000;

/// Returns the number after which the newest events begin; `next` is the number of the next event.
pub(super) const fn event_floor(next: i64) -> i64 {
    next.saturating_sub(NEWEST_EVENTS + 1)
}

#[derive(QueryableByName)]
struct HeadRow {
    #[diesel(sql_type = BigInt)]
    given: SqlInt,
    /// The MAC of the newest entry that has one.
    #[diesel(sql_type = Nullable<Binary>)]
    newest: Option<SqlBlob>,
    /// The MAC of the last entry that retention removed.
    #[diesel(sql_type = Nullable<Binary>)]
    removed: Option<SqlBlob>,
}

#[derive(QueryableByName)]
struct NumberRow {
    #[diesel(sql_type = Nullable<BigInt>)]
    number: Option<SqlInt>,
}

impl ReadTx<'_> {
    /// Returns the last number that was assigned to an entry of the audit log.
    pub(super) fn audit_given(&mut self) -> Result<i64, StoreError> {
        let row = self.db.ask("read the audit log's counter", |db| {
            sql_query(GIVEN).get_result::<NumberRow>(db).optional()
        })?;
        Ok(row.and_then(|row| row.number).unwrap_or_default().0)
    }
}

impl WriteTx<'_> {
    /// Returns where the chain continues: after the newest entry with a MAC, or after what was removed.
    pub(super) fn audit_position(&mut self) -> Result<ChainHead, StoreError> {
        if let Some(head) = self.audit_head {
            return Ok(head);
        }
        let doing = "find the audit log's head";
        let row = self.db.ask(doing, |db| sql_query(HEAD).get_result::<HeadRow>(db));
        let row = match row {
            // A MAC of the checkpoint with another type must not prevent new entries; the checkpoint then does not
            // hold.
            Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => {
                let head = HEAD.replace(
                    "SELECT audit_removed_mac",
                    "SELECT CAST(audit_removed_mac AS BLOB)",
                );
                self.db
                    .ask(doing, |db| sql_query(head).get_result::<HeadRow>(db))?
            }
            row => row?,
        };
        // An invalid MAC must not prevent new entries either: the log is broken there, and a check reports it.
        let mac = row.newest.or(row.removed).map(|mac| mac.0.try_into());
        let mac = mac.and_then(Result::ok).unwrap_or(GENESIS);
        let head = ChainHead {
            given: row.given.0,
            mac,
        };
        self.audit_head = Some(head);
        Ok(head)
    }

    /// Returns the number of the next security event.
    pub(super) fn security_event_number(&mut self) -> Result<i64, StoreError> {
        let row = self.db.ask("number a security event", |db| {
            sql_query(LAST_EVENT).get_result::<NumberRow>(db)
        })?;
        number_behind(row.number.unwrap_or_default().0, "security_events")
    }
}
