//! The table of a partition, its key and its statements.

use privatus_domain::Partition;

use crate::db::hot::{self, ROW_COLUMNS};

/// A month's table, its key and its statements.
#[derive(Debug)]
pub(crate) struct PartitionTable {
    pub(crate) partition: Partition,
    pub(crate) key_number: u32,
    pub(crate) table: String,
    pub(crate) insert: String,
    pub(crate) by_key: String,
    /// Selects only a row's id and time, to check that a cursor's message is still there.
    pub(crate) place_by_key: String,
    /// Selects a row with its conversation's id and its sender, so that reading a message by id takes one statement.
    pub(crate) whole_by_key: String,
}

impl PartitionTable {
    pub(crate) fn new(partition: Partition, key_number: u32) -> Self {
        let table = partition.table();
        Self {
            insert: on_table(hot::ROW_INSERT, &table),
            by_key: on_table(hot::ROW_BY_KEY, &table),
            place_by_key: on_table(hot::ROW_PLACE, &table),
            whole_by_key: on_table(hot::ROW_WHOLE, &table),
            partition,
            key_number,
            table,
        }
    }

    /// Returns a hot statement for this table.
    pub(crate) fn with_table(&self, hot: &str) -> String {
        on_table(hot, &self.table)
    }

    /// Returns the beginning of a scan of every row; the caller adds a condition on `row_key`.
    pub(crate) fn scan(&self) -> String {
        format!("SELECT {ROW_COLUMNS} FROM {} WHERE row_key", self.table)
    }

    /// Returns the statement for one page of a conversation within this month, by key (months) or by time (`early` and
    /// `late`).
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

/// Puts a table's name into a hot statement, in one allocation: a chat list does this for each row.
fn on_table(hot: &str, table: &str) -> String {
    let mut text = String::with_capacity(hot.len() + table.len());
    let (before, behind) = hot.split_once("{table}").unwrap_or((hot, ""));
    text.push_str(before);
    text.push_str(table);
    text.push_str(behind);
    text
}
