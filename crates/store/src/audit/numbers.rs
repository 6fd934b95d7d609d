//! Numbers of entries and of security events are given once: SQLite's counter knows the last, also when its row has gone.

use diesel::prelude::*;
use diesel::sql_query;
use privatus_schema::sql_types::{BigInt, Binary, Nullable};
use privatus_schema::{SqlBlob, SqlInt};

use super::chain::GENESIS;
use super::counters::number_behind;
use crate::error::StoreError;
use crate::tx::chain_head::ChainHead;
use crate::tx::{ReadTx, WriteTx};

/// A counter that is no number is higher than any, and of more than one the highest counts.
const HEAD: &str = "SELECT max(coalesce((SELECT max(CASE typeof(seq) WHEN 'integer' THEN seq ELSE 9223372036854775807 END) \
                    FROM sqlite_sequence WHERE name = 'audit_log'), 0), \
                    coalesce((SELECT max(log_id) FROM audit_log), 0)) AS given, \
                    (SELECT iif(typeof(mac) = 'blob', mac, x'') FROM audit_log WHERE mac IS NOT NULL ORDER BY log_id DESC LIMIT 1) AS newest, \
                    (SELECT audit_removed_mac FROM vault_state WHERE id = 1) AS removed";
/// One that cannot be says nothing of what was given.
const GIVEN: &str = "SELECT max(seq) AS number FROM sqlite_sequence WHERE name = 'audit_log' AND typeof(seq) = 'integer' \
                     AND seq < 9007194959773696";
const LAST_EVENT: &str = "SELECT max(coalesce((SELECT max(CASE typeof(seq) WHEN 'integer' THEN seq ELSE 9223372036854775807 END) \
     FROM sqlite_sequence WHERE name = 'security_events'), 0), \
     coalesce((SELECT max(event_id) FROM security_events), 0)) AS number";

/// Events that are looked through, the newest of all.
const NEWEST_EVENTS: i64 = 1_000;

/// The number that the newest events are behind, where `next` is the number of the next one.
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
    /// That of the last entry that retention removed.
    #[diesel(sql_type = Nullable<Binary>)]
    removed: Option<SqlBlob>,
}

#[derive(QueryableByName)]
struct NumberRow {
    #[diesel(sql_type = Nullable<BigInt>)]
    number: Option<SqlInt>,
}

impl ReadTx<'_> {
    /// The last number that was given to an entry of the audit log.
    pub(super) fn audit_given(&mut self) -> Result<i64, StoreError> {
        let row = self.db.ask("read the audit log's counter", |db| {
            sql_query(GIVEN).get_result::<NumberRow>(db).optional()
        })?;
        Ok(row.and_then(|row| row.number).unwrap_or_default().0)
    }
}

impl WriteTx<'_> {
    /// Where the chain stands: behind the newest entry that has a MAC, or behind what was removed.
    pub(super) fn audit_position(&mut self) -> Result<ChainHead, StoreError> {
        if let Some(head) = self.audit_head {
            return Ok(head);
        }
        let doing = "find the audit log's head";
        let row = self.db.ask(doing, |db| sql_query(HEAD).get_result::<HeadRow>(db));
        let row = match row {
            // A mark of the checkpoint that is no MAC keeps no entry from being written: the checkpoint does not hold then.
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
        // One that is none keeps nothing from being written: the log is broken there, and a check says so.
        let mac = row.newest.or(row.removed).map(|mac| mac.0.try_into());
        let mac = mac.and_then(Result::ok).unwrap_or(GENESIS);
        let head = ChainHead {
            given: row.given.0,
            mac,
        };
        self.audit_head = Some(head);
        Ok(head)
    }

    /// The number of the next security event.
    pub(super) fn security_event_number(&mut self) -> Result<i64, StoreError> {
        let row = self.db.ask("number a security event", |db| {
            sql_query(LAST_EVENT).get_result::<NumberRow>(db)
        })?;
        number_behind(row.number.unwrap_or_default().0, "security_events")
    }
}
