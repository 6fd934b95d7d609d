//! SQLite's counters of numbers that are given once: one that was altered lets no row be written, or a number be given twice.

use super::Verification;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::ReadTx;

/// The tables that number their rows so, and the column.
const NUMBERED: [(&str, &str); 4] = [
    ("audit_log", "log_id"),
    ("security_events", "event_id"),
    ("performance_metrics", "metric_id"),
    ("usage_statistics", "stat_id"),
];
/// No vault gives so many numbers.
const MOST: i64 = 1 << 53;

impl ReadTx<'_> {
    pub(super) fn verify_sequences(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        for (table, column) in NUMBERED {
            let sql = format!(
                "SELECT count(*), coalesce(min(typeof(seq) = 'integer'), 1), coalesce(max(CAST(seq AS INTEGER)), 0), \
                 coalesce((SELECT max({column}) FROM {table}), 0) FROM sqlite_sequence WHERE name = ?"
            );
            let row: Option<(i64, i64, i64, i64)> = self
                .db
                .row(Sql::new(sql).bind(table), "check the counters of numbers")?;
            let (rows, is_integer, given, newest) = row.unwrap_or_default();
            let why = match rows {
                0 if newest > 0 => "is missing",
                0 | 1 if is_integer != 1 => "is no number",
                0 | 1 if given > MOST || newest > MOST => "is higher than any vault's",
                1 if given < newest => "is lower than the newest row",
                0 | 1 => continue,
                _ => "stands there twice",
            };
            found.problem(format!("SQLite's counter of {table} {why}: it was altered"));
        }
        Ok(())
    }
}
