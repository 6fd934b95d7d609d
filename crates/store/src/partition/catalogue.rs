//! The months a vault has, in memory: published after commit, checked against the schema version at each read.

use std::collections::BTreeMap;
use std::sync::Arc;

use privatus_domain::Partition;

use crate::db::connection::Connection;
use crate::db::hot;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::partition::table::PartitionTable;

/// Most months that a vault has (docs/DESIGN.md, section 6): the view over them has one term each; SQLite takes 500.
pub(crate) const PARTITIONS_MAX: usize = 400;

/// All months, by partition.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    pub(crate) schema_version: i64,
    /// Shared with every transaction that begins; a writer that adds a month copies it.
    pub(crate) partitions: Arc<BTreeMap<Partition, Arc<PartitionTable>>>,
}

impl Catalogue {
    /// Reads the catalogue in the transaction that is open.
    pub(crate) fn load(db: &mut Connection, schema_version: i64) -> Result<Self, StoreError> {
        // A `key_id` is the decimal text of its number: no look into `key_store` is needed.
        let sql = Sql::new(hot::OPEN_CATALOGUE);
        let rows: Vec<(i32, String, String)> = db.rows(sql, "read the catalogue")?;
        let mut months = BTreeMap::new();
        for (number, table, key) in rows {
            let partition = Partition::from_number(number).filter(|partition| partition.table() == table);
            let (Some(partition), Ok(key)) = (partition, key.parse::<u32>()) else {
                return Err(StoreError::DatabaseDamaged(
                    "the catalogue names an impossible month".into(),
                ));
            };
            months.insert(partition, Arc::new(PartitionTable::new(partition, key)));
        }
        Ok(Self {
            schema_version,
            partitions: Arc::new(months),
        })
    }

    /// `PRAGMA schema_version`, which every change of the schema moves.
    pub(crate) fn current_version(db: &mut Connection) -> Result<i64, StoreError> {
        let version: Option<i64> = db.row(Sql::new("PRAGMA schema_version"), "read the schema version")?;
        Ok(version.unwrap_or_default())
    }
}
