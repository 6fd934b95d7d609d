//! Repairs rows of the catalogue after the user has accepted a loss, and reports odd rows when a vault is opened.

use std::sync::Arc;

use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::partition::found::{FoundMonth, found, months_with_keys};
use crate::partition::table::PartitionTable;
use crate::store::Store;
use crate::tx::{ReadTx, WriteTx};

/// How many rows are named when a vault is opened; `verify` names all of them.
const TOLD: usize = 3;

impl ReadTx<'_> {
    /// Returns the rows of the catalogue that settling repairs: all that are not as a build writes them, except for
    /// months whose tables are gone.
    pub(crate) fn months_altered(&mut self) -> Result<Vec<FoundMonth>, StoreError> {
        let mut rows = found(self.db)?;
        // A key that does not exist is reported with the keys.
        rows.iter_mut().for_each(|row| {
            row.odd
                .retain(|column| *column != "key_id" || row.month.is_none())
        });
        rows.retain(|row| !row.is_whole() && row.lost.is_none());
        Ok(rows)
    }
}

impl WriteTx<'_> {
    /// Deletes these rows and writes those that are months again as they should be, with the key that the month has.
    pub(crate) fn months_put_right(&mut self, rows: &[FoundMonth]) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let doing = "repair a row of partitions";
        let keys = months_with_keys(self.db, rows)?;
        // A month is referred to before its row is written again.
        self.db.run(Sql::new("PRAGMA defer_foreign_keys = ON"), doing)?;
        for row in rows {
            let sql = Sql::new("DELETE FROM partitions WHERE partition = ?").bind(row.number);
            self.db.run_one(sql, doing)?;
            if row.month.is_none() {
                // Notes of months to search, for a month that does not exist.
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
        // Other connections read the catalogue again when the schema version changes.
        self.views_refresh()
    }
}

impl Store {
    /// Adds a warning for rows of the catalogue that are not as a build writes them.
    pub(crate) fn catalogue_tell(&mut self) {
        let catalogue = self.shared.catalogue();
        let told: Vec<&str> = catalogue.odd.iter().map(String::as_str).take(TOLD).collect();
        if !told.is_empty() {
            self.warnings.push(format!(
                "{}; readable messages can still be read; settle the audit log and accept the loss to repair what can be repaired",
                told.join("; ")
            ));
        }
    }
}
