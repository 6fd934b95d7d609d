//! SQLite's counters of numbers that are assigned only once. An altered counter may prevent new rows, or allow a number
//! to be assigned twice.

use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::{ReadTx, WriteTx};

/// The tables that number their rows this way, and the column.
const NUMBERED: [(&str, &str); 4] = [
    ("audit_log", "log_id"),
    ("security_events", "event_id"),
    ("performance_metrics", "metric_id"),
    ("usage_statistics", "stat_id"),
];
/// A limit above the numbers that any vault assigns.
pub(super) const MOST: i64 = 1 << 53;
/// A counter at or above this was altered; it is reset before it reaches the limit.
pub(super) const NEAR: i64 = MOST - (1 << 32);

/// A counter with a value that SQLite does not write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Altered {
    pub(crate) table: &'static str,
    column: &'static str,
    /// What is wrong with it.
    pub(crate) why: &'static str,
    /// Whether it prevents the next row of the table from being written.
    pub(crate) is_blocking: bool,
}

impl ReadTx<'_> {
    /// Returns each counter that was altered.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(crate) fn counters_altered(&mut self) -> Result<Vec<Altered>, StoreError> {
        let mut altered = Vec::new();
        for (table, column) in NUMBERED {
            let sql = format!(
                "SELECT count(*), coalesce(min(typeof(seq) = 'integer'), 1), coalesce(max(CAST(seq AS INTEGER)), 0), \
                 coalesce((SELECT max({column}) FROM {table}), 0), coalesce((SELECT min({column}) FROM {table}), 0) \
                 FROM sqlite_sequence WHERE name = ?"
            );
            let row: Option<(i64, i64, i64, i64, i64)> = self
                .db
                .row(Sql::new(sql).bind(table), "check the counters of numbers")?;
            let (rows, is_integer, given, newest, least) = row.unwrap_or_default();
            let (why, is_blocking) = match rows {
                0 if newest > 0 && newest < NEAR => ("is missing", false),
                0 | 1 if is_integer != 1 => ("is not a number", true),
                0 | 1 if given >= NEAR || newest >= NEAR => ("is higher than in any vault", true),
                // Batches are read after a number, and there is no number below this one.
                0 | 1 if least == i64::MIN => {
                    ("does not fit a row that has the lowest number possible", true)
                }
                1 if given < newest => ("is lower than the newest row", false),
                0 | 1 => continue,
                _ => ("is there twice", true),
            };
            altered.push(Altered {
                table,
                column,
                why,
                is_blocking,
            });
        }
        Ok(altered)
    }
}

impl WriteTx<'_> {
    /// Repairs counters that prevent new rows: the counter continues after the newest row, or after its own value if
    /// that is possible. Rows with impossible numbers are removed. Returns how many of these there were, by table.
    pub(super) fn counters_mend(
        &mut self,
        altered: &[Altered],
        noted: i64,
    ) -> Result<Vec<(&'static str, usize)>, StoreError> {
        let doing = "repair a counter of numbers";
        let mut gone = Vec::new();
        for Altered { table, column, .. } in altered.iter().filter(|counter| counter.is_blocking) {
            let sql = Sql::new(format!("DELETE FROM {table} WHERE {column} >= ? OR {column} = ?"));
            gone.push((*table, self.db.run(sql.bind(NEAR).bind(i64::MIN), doing)?));
            let sql = format!(
                "SELECT max(coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = ? AND typeof(seq) = 'integer' \
                 AND seq >= 0 AND seq < ?), 0), coalesce((SELECT max({column}) FROM {table}), 0), ?)"
            );
            let noted = if *table == "audit_log" { noted } else { 0 };
            let sql = Sql::new(sql).bind(*table).bind(NEAR).bind(noted);
            let given: i64 = self.db.row(sql, doing)?.unwrap_or_default();
            let sql = Sql::new("DELETE FROM sqlite_sequence WHERE name = ?");
            self.db.run(sql.bind(*table), doing)?;
            let sql = Sql::new("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)");
            self.db.run_one(sql.bind(*table).bind(given), doing)?;
        }
        if self.counters_altered()?.iter().any(|counter| counter.is_blocking) {
            return Err(crate::db::one_row::not_taken(doing));
        }
        Ok(gone)
    }
}

/// Returns the number after the last assigned one.
///
/// # Errors
/// [`StoreError::DatabaseDamaged`] if no build assigns such a number.
pub(super) fn number_behind(given: i64, table: &str) -> Result<i64, StoreError> {
    if (0..MOST).contains(&given) {
        return Ok(given + 1);
    }
    Err(StoreError::DatabaseDamaged(format!(
        "SQLite's counter of {table}, or its newest row, has an impossible number: it was altered, and nothing can be written \
         there; settle the audit log and accept the loss to repair it"
    )))
}
