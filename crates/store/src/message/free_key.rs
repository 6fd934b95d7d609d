//! Finds a free row key for a message in its month.

use crate::db::hot;
use crate::db::statement::Sql;
use crate::error::{Rule, StoreError};
use crate::partition::table::PartitionTable;
use crate::tx::WriteTx;

/// Row keys that share one millisecond: 11 bits of tie-break.
pub(super) const TIES: i64 = 1 << 11;

impl WriteTx<'_> {
    /// Returns the key after the last message of the same millisecond, or of the first later millisecond that has room.
    pub(crate) fn free_key(
        &mut self,
        month: &PartitionTable,
        taken: i64,
        high: i64,
    ) -> Result<i64, StoreError> {
        let mut instant = taken & !(TIES - 1);
        while instant <= high {
            match self.last_key(month, instant, instant + TIES - 1)? {
                None => return Ok(instant),
                Some(last) if last < instant + TIES - 1 => return Ok(last + 1),
                // There is no number after the last key of the last conversation.
                Some(_) => match instant.checked_add(TIES) {
                    Some(next) => instant = next,
                    None => break,
                },
            }
        }
        Err(Rule::MonthFull(month.partition).into())
    }

    pub(super) fn last_key(
        &mut self,
        month: &PartitionTable,
        low: i64,
        high: i64,
    ) -> Result<Option<i64>, StoreError> {
        let sql = Sql::new(month.with_table(hot::ROW_LAST));
        let last: Option<Option<i64>> = self.db.row(sql.bind(low).bind(high), "find a free place")?;
        Ok(last.flatten())
    }
}
