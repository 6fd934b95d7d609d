//! One row of a source: its values as Rust values. Each error names the table, row and column.

use privatus_domain::Timestamp;
use privatus_sqlite::{Column, Row};

use super::error::BaselineError;
use super::time::moment;

/// Characters of a row's key to show in an error.
const SHOWN: usize = 60;

/// A row: its rowid in column 0, its key in column 1.
#[derive(Debug)]
pub(super) struct Cells<'r, 's> {
    table: &'static str,
    row: &'r Row<'s>,
}

impl<'r, 's> Cells<'r, 's> {
    pub(super) const fn new(table: &'static str, row: &'r Row<'s>) -> Self {
        Self { table, row }
    }

    /// The row's name in an error: its table, its rowid, and its key if that is a text.
    pub(super) fn name(&self) -> String {
        let number = match self.row.column(0) {
            Column::Integer(number) => number,
            _ => 0,
        };
        let key = match self.row.column(1) {
            Column::Text(bytes) => std::str::from_utf8(bytes).unwrap_or_default(),
            _ => "",
        };
        let shown: String = key.chars().take(SHOWN).collect();
        match (shown.is_empty(), key.chars().nth(SHOWN)) {
            (true, _) => format!("{}, row {number}", self.table),
            (false, None) => format!("{}, row {number} ({shown})", self.table),
            (false, Some(_)) => format!("{}, row {number} ({shown}…)", self.table),
        }
    }

    /// An error about one value.
    pub(super) fn refused(&self, column: &str, why: &str) -> BaselineError {
        refused(&self.name(), column, why)
    }

    pub(super) fn column(&self, index: i32) -> Column<'r> {
        self.row.column(index)
    }

    fn other(&self, column: &str, found: Column<'_>, wanted: &str) -> BaselineError {
        let found = match found {
            Column::Null => return self.refused(column, "is missing"),
            Column::Integer(_) => "a whole number",
            Column::Real(_) => "a number with a fraction",
            Column::Text(_) => "a text",
            Column::Blob(_) => "a BLOB",
        };
        self.refused(column, &format!("is {found}, not {wanted}"))
    }

    /// A text.
    pub(super) fn text(&self, index: i32, column: &str) -> Result<&'r str, BaselineError> {
        match self.column(index) {
            Column::Text(bytes) => {
                std::str::from_utf8(bytes).map_err(|_| self.refused(column, "is not UTF-8"))
            }
            found => Err(self.other(column, found, "a text")),
        }
    }

    /// The UTF-8 of a text or a BLOB.
    pub(super) fn utf8(&self, index: i32, column: &str) -> Result<&'r str, BaselineError> {
        std::str::from_utf8(self.bytes(index, column)?).map_err(|_| self.refused(column, "is not UTF-8"))
    }

    /// The bytes of a text or a BLOB.
    pub(super) fn bytes(&self, index: i32, column: &str) -> Result<&'r [u8], BaselineError> {
        match self.column(index) {
            Column::Text(bytes) | Column::Blob(bytes) => Ok(bytes),
            found => Err(self.other(column, found, "a text or a BLOB")),
        }
    }

    /// A whole number.
    pub(super) fn integer(&self, index: i32, column: &str) -> Result<i64, BaselineError> {
        match self.column(index) {
            Column::Integer(value) => Ok(value),
            found => Err(self.other(column, found, "a whole number")),
        }
    }

    /// 0 or 1.
    pub(super) fn flag(&self, index: i32, column: &str) -> Result<bool, BaselineError> {
        match self.integer(index, column)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.refused(column, "is neither 0 nor 1")),
        }
    }

    /// A moment.
    pub(super) fn time(&self, index: i32, column: &str) -> Result<Timestamp, BaselineError> {
        let wanted = "a time in the form YYYY-MM-DD HH:MM:SS";
        match self.column(index) {
            Column::Text(bytes) => {
                let text = std::str::from_utf8(bytes).unwrap_or_default();
                moment(text).ok_or_else(|| self.refused(column, &format!("is not {wanted}")))
            }
            found => Err(self.other(column, found, wanted)),
        }
    }

    /// A value, or `None` for NULL where NULL is allowed.
    pub(super) fn optional<T>(
        &self,
        index: i32,
        read: impl FnOnce(&Self) -> Result<T, BaselineError>,
    ) -> Result<Option<T>, BaselineError> {
        match self.column(index) {
            Column::Null => Ok(None),
            _ => read(self).map(Some),
        }
    }
}

/// An error about a value of a row that was named earlier.
pub(super) fn refused(row: &str, column: &str, why: &str) -> BaselineError {
    let column = if column.is_empty() {
        String::new()
    } else {
        format!(", {column}")
    };
    BaselineError::Row {
        place: format!("{row}{column}"),
        why: why.to_owned(),
    }
}
