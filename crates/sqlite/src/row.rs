//! A row that a statement gives.

use crate::statement::Statement;
use crate::value::Column;

/// The row that a statement stands on.
#[derive(Debug)]
pub struct Row<'a>(pub(crate) &'a Statement);

impl Row<'_> {
    /// A column's value, counted from 0; texts and BLOBs are SQLite's own memory, until the next row.
    pub fn column(&self, index: i32) -> Column<'_> {
        self.0.column(index)
    }

    /// A column's text, what is no UTF-8 replaced; `None` for a value that is no text. For what SQLite says of a schema.
    pub fn text(&self, index: i32) -> Option<String> {
        match self.column(index) {
            Column::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
            _ => None,
        }
    }

    /// A column's integer; 0 for a value that is none. For what SQLite says of a schema.
    pub fn integer(&self, index: i32) -> i64 {
        match self.column(index) {
            Column::Integer(number) => number,
            _ => 0,
        }
    }
}
