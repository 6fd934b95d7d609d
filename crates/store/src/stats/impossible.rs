//! Figures of a day that the store cannot have counted: found and removed by settling.

use diesel::prelude::*;
use privatus_domain::Day;
use privatus_domain::limits::{STATISTIC_METRIC_BYTES, STATISTIC_VALUE};
use privatus_schema::{SqlInt, usage_statistics};

use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::{ReadTx, WriteTx};

/// A date at the start of a value.
const DAY: &str = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]";

impl ReadTx<'_> {
    /// Returns the rows of `usage_statistics` with an impossible value, name or day, except for those of another
    /// application: the same rows that a check names.
    pub(crate) fn figures_impossible(&mut self) -> Result<Vec<i64>, StoreError> {
        let foreign = self.foreign_rows()?;
        let sql = format!(
            "SELECT stat_id, iif(typeof(date) = 'text' AND date GLOB '{DAY}*', substr(date, 1, 10), ''), \
             typeof(date) = 'text' AND date GLOB '{DAY}' AND typeof(metric) = 'text' \
             AND length(CAST(metric AS BLOB)) <= {STATISTIC_METRIC_BYTES} \
             AND (value IS NULL OR typeof(value) = 'integer' AND value BETWEEN 0 AND {STATISTIC_VALUE}) \
             FROM main.usage_statistics ORDER BY stat_id"
        );
        let rows: Vec<(i64, String, bool)> = self.db.rows(Sql::new(sql), "check the statistics")?;
        let is_impossible = |(_, date, can_be): &(i64, String, bool)| {
            (!can_be || Day::parse(date).is_err()) && !foreign.may_have(Some(date))
        };
        let rows = rows.into_iter().filter(is_impossible);
        Ok(rows.map(|(row, ..)| row).collect())
    }
}

impl WriteTx<'_> {
    /// Removes these rows; the true figures are unknown.
    pub(crate) fn figures_remove(&mut self, rows: &[i64]) -> Result<(), StoreError> {
        for row in rows {
            self.db.ask_one("remove an impossible figure", |db| {
                diesel::delete(usage_statistics::table.find(SqlInt(*row))).execute(db)
            })?;
        }
        Ok(())
    }
}
