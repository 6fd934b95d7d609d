//! Rows of the catalogue made what they should be, behind a loss that somebody agreed to; and told at an open.

use std::sync::Arc;

use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::partition::found::{FoundMonth, found, months_with_keys};
use crate::partition::table::PartitionTable;
use crate::store::Store;
use crate::tx::{ReadTx, WriteTx};

/// Rows that are told at an open; `verify` names each.
const TOLD: usize = 3;

impl ReadTx<'_> {
    /// Rows of the catalogue that settling puts right: all that are not as a build writes them, but for months whose tables
    /// are gone.
    pub(crate) fn months_altered(&mut self) -> Result<Vec<FoundMonth>, StoreError> {
        let mut rows = found(self.db)?;
        // A key that no number names is told with the keys.
        rows.iter_mut().for_each(|row| {
            row.odd
                .retain(|column| *column != "key_id" || row.month.is_none())
        });
        rows.retain(|row| !row.is_whole() && row.lost.is_none());
        Ok(rows)
    }
}

impl WriteTx<'_> {
    /// Takes these rows out, and writes those of months as they should be. The key of one that names none is named behind it.
    pub(crate) fn months_put_right(&mut self, rows: &[FoundMonth]) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let doing = "put a row of partitions right";
        let keys = months_with_keys(self.db, rows)?;
        // What names a month stands before its row does.
        self.db.run(Sql::new("PRAGMA defer_foreign_keys = ON"), doing)?;
        for row in rows {
            let sql = Sql::new("DELETE FROM partitions WHERE partition = ?").bind(row.number);
            self.db.run_one(sql, doing)?;
            if row.month.is_none() {
                // Notes of where to look, for a month that is none.
                let sql = Sql::new("DELETE FROM conversation_months WHERE partition = ?").bind(row.number);
                self.db.run(sql, doing)?;
            }
        }
        let now = self.now().to_sql();
        let mut months = (*self.partitions).clone();
        for row in rows {
            let Some(month) = row.month else { continue };
            let key = keys.get(&month).copied().unwrap_or_default();
            let (table, key_id) = (month.table(), key.to_string());
            let sql = Sql::new(
                "INSERT INTO partitions (partition, table_name, state, key_id, created_at) VALUES (?, ?, ?, ?, ?)",
            );
            let sql = sql
                .bind(month.number())
                .bind(table.as_str())
                .bind(row.state())
                .bind(key_id.as_str())
                .bind(row.created_at.as_deref().unwrap_or(&now));
            self.db.run_one(sql, doing)?;
            months.insert(month, Arc::new(PartitionTable::new(month, key)));
        }
        self.partitions = Arc::new(months);
        // Others read the catalogue again when the schema moves.
        self.views_refresh()
    }
}

impl Store {
    /// Tells of rows of the catalogue that are not as a build writes them.
    pub(crate) fn catalogue_tell(&mut self) {
        let catalogue = self.shared.catalogue();
        let told: Vec<&str> = catalogue.odd.iter().map(String::as_str).take(TOLD).collect();
        if !told.is_empty() {
            self.warnings.push(format!(
                "{}; what can be read is read, and settling the audit log with its loss accepted puts right what can be known",
                told.join("; ")
            ));
        }
    }
}
