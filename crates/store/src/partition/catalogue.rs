//! The months a vault has, in memory: published after commit, checked against the schema version at each read.

use std::collections::BTreeMap;
use std::sync::Arc;

use privatus_domain::Partition;

use crate::db::connection::Connection;
use crate::db::hot::{self, ROW_COLUMNS};
use crate::db::statement::Sql;
use crate::error::StoreError;

/// Months that may stand (DESIGN section 6): the view behind the two has one term each, and SQLite takes 500.
pub(crate) const PARTITIONS_MAX: usize = 400;

/// One month's table, its key and its statements.
#[derive(Debug)]
pub(crate) struct PartitionTable {
    pub(crate) partition: Partition,
    pub(crate) key_number: u32,
    pub(crate) table: String,
    pub(crate) insert: String,
    pub(crate) by_key: String,
    /// A row's id and time alone: is it still where a cursor was?
    pub(crate) place_by_key: String,
    /// A row with its conversation's id and its sender: a message by its id is one statement.
    pub(crate) whole_by_key: String,
}

impl PartitionTable {
    pub(crate) fn new(partition: Partition, key_number: u32) -> Self {
        let table = partition.table();
        let text = |hot: &str| hot.replace("{table}", &table);
        Self {
            insert: text(hot::ROW_INSERT),
            by_key: text(hot::ROW_BY_KEY).replace("{columns}", ROW_COLUMNS),
            place_by_key: text(hot::ROW_PLACE),
            whole_by_key: text(hot::ROW_WHOLE)
                .replace("{m.columns}", &format!("m.{}", ROW_COLUMNS.replace(", ", ", m."))),
            partition,
            key_number,
            table,
        }
    }

    /// A hot statement on this table.
    pub(crate) fn with_table(&self, hot: &str) -> String {
        hot.replace("{table}", &self.table)
    }

    /// The beginning of a walk over every row: the caller adds a bound on `row_key`.
    pub(crate) fn scan(&self) -> String {
        format!("SELECT {ROW_COLUMNS} FROM {} WHERE row_key", self.table)
    }

    /// The statement of one page of a conversation within this month, by key (months) or by time (the two ends).
    pub(crate) fn page(&self, newest_first: bool, limit: usize) -> String {
        let table = &self.table;
        let order = if newest_first { "DESC" } else { "ASC" };
        if self.partition.is_month() {
            return format!(
                "SELECT {ROW_COLUMNS} FROM {table} WHERE row_key BETWEEN ? AND ? ORDER BY row_key {order} LIMIT {limit}"
            );
        }
        let side = if newest_first { "<" } else { ">" };
        format!(
            "SELECT {ROW_COLUMNS} FROM {table} WHERE conversation = ? AND (timestamp, row_key) {side} (?, ?) \
             ORDER BY timestamp {order}, row_key {order} LIMIT {limit}"
        )
    }
}

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
