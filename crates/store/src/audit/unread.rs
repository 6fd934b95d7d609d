//! Entries with a value that no list can read: which columns those are, and the rest of the entry.

use privatus_domain::Timestamp;
use privatus_schema::{Flag, SqlBlob, SqlInt, SqlText, TimeText};
use privatus_sqlite::Row;

use super::by_filter::COLUMNS;
use super::chain::{BATCH, EntryRow};
use super::told::Told;
use crate::db::at_most::ascends;
use crate::db::decode::{FromColumn, WrongType};
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::{ReadTx, WriteTx};

/// What replaces an unreadable text that must not be NULL.
const UNREADABLE: &str = "unreadable";

/// An entry as far as it can be read.
pub(super) struct FoundRow {
    /// Unreadable values are `None`, or a placeholder where a text is required.
    pub(super) row: EntryRow,
    /// The columns that cannot be read.
    pub(super) unread: Vec<&'static str>,
}

impl FoundRow {
    /// Wraps an entry whose values are of their columns' types.
    pub(super) const fn typed(row: EntryRow) -> Self {
        let unread = Vec::new();
        Self { row, unread }
    }

    /// Wraps an entry, and checks that its time can be parsed.
    fn looked_at(mut row: EntryRow, mut unread: Vec<&'static str>) -> Self {
        let is_time = |at: &TimeText| Timestamp::parse(&at.0).is_ok();
        if !row.timestamp.as_ref().is_none_or(is_time) {
            row.timestamp = None;
            unread.push("timestamp");
        }
        Self { row, unread }
    }

    /// Describes what cannot be read; `None` if everything can.
    pub(super) fn told(&self) -> Option<String> {
        (!self.unread.is_empty()).then(|| {
            format!(
                "audit_log.{} of entry {} is a value that no list can read",
                self.unread.join(", audit_log."),
                self.row.number()
            )
        })
    }
}

/// Reads the columns of a row in order.
struct Columns<'a, 'b> {
    row: &'a Row<'b>,
    next: i32,
    unread: Vec<&'static str>,
}

impl Columns<'_, '_> {
    fn take<T: FromColumn>(&mut self, name: &'static str) -> Option<T> {
        let column = self.row.column(self.next);
        self.next += 1;
        match Option::<T>::from_column(column) {
            Ok(value) => value,
            Err(WrongType) => {
                self.unread.push(name);
                None
            }
        }
    }

    fn text(&mut self, name: &'static str) -> Option<SqlText> {
        self.take(name).map(SqlText)
    }

    /// Reads a text that must not be NULL.
    fn needed(&mut self, name: &'static str) -> SqlText {
        let before = self.unread.len();
        self.text(name).unwrap_or_else(|| {
            if self.unread.len() == before {
                self.unread.push(name);
            }
            SqlText(UNREADABLE.into())
        })
    }
}

/// Reads a row in the order of [`COLUMNS`].
fn found(row: &Row<'_>) -> FoundRow {
    let mut columns = Columns {
        row,
        next: 1,
        unread: Vec::new(),
    };
    let row = EntryRow {
        log_id: SqlInt(row.integer(0)),
        timestamp: columns.take("timestamp").map(TimeText),
        event_type: columns.needed("event_type"),
        user_id: columns.text("user_id"),
        resource_type: columns.text("resource_type"),
        resource_id: columns.text("resource_id"),
        action: columns.needed("action"),
        details: columns.take("details").map(SqlBlob),
        ip_address: columns.text("ip_address"),
        user_agent: columns.text("user_agent"),
        success: columns.take("success").map(Flag),
        error_message: columns.text("error_message"),
        mac: columns.take("mac").map(SqlBlob),
        key_number: columns.take("key_number").map(SqlInt),
    };
    FoundRow::looked_at(row, columns.unread)
}

impl ReadTx<'_> {
    /// Returns a batch of rows after `after`, ordered by number.
    ///
    /// # Errors
    /// [`StoreError`] of the database; for an entry that cannot be read, the text has its number.
    pub(crate) fn audit_rows(&mut self, after: i64) -> Result<Vec<EntryRow>, StoreError> {
        let is_naming = self.db.names_rows(false);
        let rows = self.audit_batch(after, BATCH);
        self.db.names_rows(is_naming);
        match rows {
            Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => {}
            rows => return rows,
        }
        let told = self.audit_rows_found(after)?.iter().find_map(FoundRow::told);
        if let Some(why) = told {
            return Err(StoreError::DatabaseDamaged(why));
        }
        self.audit_batch(after, BATCH)
    }

    /// Returns a batch of rows after `after`, ordered by number, including those with values that no list can read.
    pub(super) fn audit_rows_found(&mut self, after: i64) -> Result<Vec<FoundRow>, StoreError> {
        // Each row is checked and named below.
        let is_naming = self.db.names_rows(false);
        let rows = self.audit_batch(after, BATCH);
        self.db.names_rows(is_naming);
        match rows {
            Ok(rows) => {
                let rows = rows.into_iter();
                return Ok(rows.map(|row| FoundRow::looked_at(row, Vec::new())).collect());
            }
            Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => {}
            Err(error) => return Err(error),
        }
        let sql = Sql::new(format!(
            "SELECT {COLUMNS} FROM audit_log WHERE log_id > ? ORDER BY log_id LIMIT {BATCH}"
        ));
        let mut rows = Vec::new();
        self.db
            .each_as_it_is(sql.bind(after), "read the audit log", |row| rows.push(found(row)))?;
        Ok(rows)
    }
}

impl ReadTx<'_> {
    /// Describes each entry that no list can read.
    pub(crate) fn audit_unread(&mut self) -> Result<Vec<String>, StoreError> {
        let (mut told, mut after) = (Told::default(), i64::MIN);
        loop {
            let rows = self.audit_rows_found(after)?;
            let Some(last) = rows.last() else {
                return Ok(told.into_lines());
            };
            ascends(&after, &last.row.number(), "read the audit log")?;
            after = last.row.number();
            rows.iter().for_each(|row| told.take(row.told()));
        }
    }
}

impl WriteTx<'_> {
    /// Removes from an entry the values that no list can read, so that the rest can be listed and checked.
    pub(super) fn audit_unread_remove(&mut self, entry: &FoundRow) -> Result<(), StoreError> {
        // All columns at once, because the schema only checks the columns that a statement names.
        let set: Vec<_> = entry
            .unread
            .iter()
            .map(|column| format!("{column} = ?"))
            .collect();
        let mut sql = Sql::new(format!(
            "UPDATE audit_log SET {} WHERE log_id = ?",
            set.join(", ")
        ));
        for column in &entry.unread {
            sql = sql.bind(matches!(*column, "event_type" | "action").then_some(UNREADABLE));
        }
        self.db.run_one(
            sql.bind(entry.row.number()),
            "remove the values of an entry that no list can read",
        )
    }
}
