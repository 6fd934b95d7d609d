//! Finds what a way back would lose, by running it and undoing it.

use std::collections::BTreeMap;

use privatus_sqlite::{Connection, SqliteError};

use crate::counts::count_all;
use crate::error::MigrateError;
use crate::ledger::Applied;
use crate::read::{self, quoted};
use crate::run::Runner;

/// A table or a non-empty column that the way back removes, or lost rows. Changes to values in place are not detected;
/// a renamed table counts as a loss.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Loss {
    /// The table; the template's name stands for all months.
    pub table: String,
    /// The column; `None` for the whole table.
    pub column: Option<String>,
    /// Rows of the table, or non-NULL values of the column.
    pub values: u64,
}

impl Runner<'_> {
    /// Finds what taking these steps back would lose. Everything is run and undone, so it takes as long as the way
    /// back itself.
    ///
    /// # Errors
    /// Those of [`back`](Runner::back): what would fail there fails here.
    pub fn losses(&mut self, db: &mut Connection, applied: &[Applied]) -> Result<Vec<Loss>, MigrateError> {
        let months = self.host.partitions(db)?;
        let before = columns(db)?;
        let rows_before = count_all(db)?;
        let (after, rows_after) = self.rehearse_back(db, applied, |db| Ok((columns(db)?, count_all(db)?)))?;
        let mut lost: BTreeMap<(String, Option<String>), u64> = BTreeMap::new();
        for (table, columns) in &before {
            let is_month = months.tables.contains(table);
            let title = if is_month { &months.template } else { table };
            let mut add = |column: Option<&String>, values: i64| {
                let values = u64::try_from(values).unwrap_or(0);
                *lost.entry((title.clone(), column.cloned())).or_default() += values;
            };
            let rows = rows_before.get(table).copied().unwrap_or(0);
            let Some(kept) = after.get(table) else {
                add(None, rows);
                continue;
            };
            add(None, rows - rows_after.get(table).copied().unwrap_or(0));
            for column in columns.iter().filter(|column| !kept.contains(column)) {
                let sql = format!("SELECT count({}) FROM {}", quoted(column), quoted(table));
                add(Some(column), read::number(db, &sql)?.unwrap_or(0));
            }
        }
        let lost = lost.into_iter().filter(|(_, values)| *values > 0);
        Ok(lost
            .map(|((table, column), values)| Loss {
                table,
                column,
                values,
            })
            .collect())
    }
}

type Columns = BTreeMap<String, Vec<String>>;

fn columns(db: &mut Connection) -> Result<Columns, SqliteError> {
    let mut all = Columns::new();
    for table in read::tables(db)? {
        let sql = format!("PRAGMA main.table_info({})", quoted(&table));
        let names = read::rows(db, &sql, &[], |row| row.text(1))?;
        all.insert(table, names.into_iter().flatten().collect());
    }
    Ok(all)
}
