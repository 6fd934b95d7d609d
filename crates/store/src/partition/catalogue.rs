//! The months of a vault, in memory: published after each commit, checked against the schema version on each read.

use std::collections::BTreeMap;
use std::sync::Arc;

use privatus_domain::Partition;

use crate::db::connection::Connection;
use crate::db::hot;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::partition::found::{found, months_with_keys, tables_standing};
use crate::partition::state::{ARCHIVED, LIVE};
use crate::partition::table::PartitionTable;

/// The largest number of months of a vault (docs/DESIGN.md, section 6): the view over them has one term for each, and
/// SQLite allows 500.
pub(crate) const PARTITIONS_MAX: usize = 400;

/// All months, by partition.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    pub(crate) schema_version: i64,
    /// Shared by every transaction that begins; a writer that adds a month copies it.
    pub(crate) partitions: Arc<BTreeMap<Partition, Arc<PartitionTable>>>,
    /// What differs from what a build writes, as sentences: about these months and about rows that are not months.
    pub(crate) odd: Vec<String>,
    /// Months whose tables are gone.
    pub(crate) lost: Vec<Partition>,
}

impl Catalogue {
    /// Reads the catalogue in the open transaction. If a row is not as a build writes it, the rows are examined one by
    /// one, so that a bad row does not hide the others.
    pub(crate) fn load(db: &mut Connection, schema_version: i64) -> Result<Self, StoreError> {
        // A `key_id` is the decimal text of its number, so `key_store` is not read.
        let sql = Sql::new(hot::OPEN_CATALOGUE);
        let is_naming = db.names_rows(false);
        let rows = db.rows::<(i32, String, String, String)>(sql, "read the catalogue");
        db.names_rows(is_naming);
        let rows = match rows {
            Ok(rows) => rows,
            Err(StoreError::DatabaseDamaged(_)) if !db.is_spoiled() => {
                return Self::load_as_found(db, schema_version);
            }
            Err(error) => return Err(error),
        };
        let mut months = BTreeMap::new();
        for (number, table, key, state) in rows {
            let partition = Partition::from_number(number).filter(|partition| partition.table() == table);
            let is_shown = matches!(state.as_str(), LIVE | ARCHIVED);
            let (Some(partition), Ok(key), true) = (partition, key.parse::<u32>(), is_shown) else {
                return Self::load_as_found(db, schema_version);
            };
            months.insert(partition, Arc::new(PartitionTable::new(partition, key)));
        }
        Ok(Self {
            schema_version,
            partitions: Arc::new(months),
            odd: Vec::new(),
            lost: Vec::new(),
        })
    }

    /// Reads the catalogue again after a change of the schema; a row without a table is not a month.
    pub(crate) fn load_again(db: &mut Connection, schema_version: i64) -> Result<Self, StoreError> {
        let loaded = Self::load(db, schema_version)?;
        let tables = tables_standing(db)?;
        if loaded
            .partitions
            .values()
            .all(|month| tables.contains(&month.table))
        {
            return Ok(loaded);
        }
        Self::load_as_found(db, schema_version)
    }

    /// Builds the catalogue from what each row contains and which tables exist.
    pub(crate) fn load_as_found(db: &mut Connection, schema_version: i64) -> Result<Self, StoreError> {
        let rows = found(db)?;
        let months = months_with_keys(db, &rows)?;
        let months = months.into_iter().map(|(partition, key)| {
            let month = PartitionTable::new(partition, key);
            (partition, Arc::new(month))
        });
        Ok(Self {
            schema_version,
            partitions: Arc::new(months.collect()),
            odd: rows
                .iter()
                .filter(|row| !row.is_whole())
                .flat_map(|row| row.told())
                .collect(),
            lost: rows.iter().filter_map(|row| row.lost).collect(),
        })
    }

    /// Returns the names of the tables that the schema must have, in the order of the months.
    pub(crate) fn tables(&self) -> Vec<String> {
        let mut months: Vec<Partition> = self.partitions.keys().chain(&self.lost).copied().collect();
        months.sort_unstable();
        months.into_iter().map(Partition::table).collect()
    }

    /// Reads `PRAGMA schema_version`, which every change of the schema increments.
    pub(crate) fn current_version(db: &mut Connection) -> Result<i64, StoreError> {
        let version: Option<i64> = db.row(Sql::new("PRAGMA schema_version"), "read the schema version")?;
        Ok(version.unwrap_or_default())
    }
}
