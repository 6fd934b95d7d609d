//! Reads the rows of a month for the check, reporting and skipping those that cannot be read.

use privatus_domain::Timestamp;

use super::{BATCH, Verification};
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::message::row::Row;
use crate::partition::table::PartitionTable;
use crate::tx::ReadTx;

impl ReadTx<'_> {
    /// Returns the rows after a key, and the last key seen; `None` at the end of the month. A row with a value that its
    /// column does not accept is reported, and the others are read.
    pub(super) fn verify_batch(
        &mut self,
        found: &mut Verification,
        month: &PartitionTable,
        after: i64,
    ) -> Result<(Vec<Row>, Option<i64>), StoreError> {
        let sql = Sql::new(format!("{} > ? ORDER BY row_key LIMIT {BATCH}", month.scan()));
        match self.db.rows::<Row>(sql.bind(after), "read a month") {
            Ok(rows) => {
                let last = rows.last().map(|row| row.row_key);
                return Ok((rows, last));
            }
            Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => {}
            Err(error) => return Err(error),
        }
        let sql = Sql::new(format!(
            "SELECT row_key FROM {} WHERE row_key > ? ORDER BY row_key LIMIT {BATCH}",
            month.table
        ));
        let keys: Vec<i64> = self.db.rows(sql.bind(after), "read a month")?;
        let mut rows = Vec::with_capacity(keys.len());
        for key in &keys {
            let sql = Sql::new(month.by_key.as_str());
            match self.db.row::<Row>(sql.bind(*key), "read a message") {
                Ok(row) => rows.extend(row),
                Err(StoreError::DatabaseDamaged(why)) if !self.db.is_spoiled() => {
                    found.problem(format!("a row of {}, key {key}: {why}", month.partition));
                }
                Err(error) => return Err(error),
            }
        }
        Ok((rows, keys.last().copied()))
    }

    /// Reports times that no message can have, including times that no page shows.
    pub(super) fn verify_times(
        &mut self,
        found: &mut Verification,
        month: &PartitionTable,
    ) -> Result<(), StoreError> {
        let columns = [
            "timestamp",
            "edited_at",
            "deleted_at",
            "expires_at",
            "created_at",
            "updated_at",
        ];
        let (first, last) = (Timestamp::MIN.unix_ms(), Timestamp::MAX.unix_ms());
        let wrong = columns.map(|column| {
            format!("{column} IS NOT NULL AND (typeof({column}) <> 'integer' OR {column} NOT BETWEEN {first} AND {last})")
        });
        // A deletion sets both columns in one statement.
        let unmarked = "deleted_at IS NOT NULL AND is_deleted = 0";
        let sql = Sql::new(format!(
            "SELECT row_key FROM {} WHERE {} OR {unmarked} ORDER BY row_key LIMIT {BATCH}",
            month.table,
            wrong.join(" OR ")
        ));
        let keys: Vec<i64> = self.db.rows(sql, "check the times of a month")?;
        for key in keys {
            found.problem(format!(
                "a row of {}, key {key}, has a time that no message can have",
                month.partition
            ));
        }
        Ok(())
    }
}
