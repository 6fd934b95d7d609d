//! A row of a statement's result.

use crate::statement::Statement;
use crate::value::Column;

/// A statement's current row.
#[derive(Debug)]
pub struct Row<'a>(pub(crate) &'a Statement);

impl Row<'_> {
    /// A column's value, counted from 0; texts and BLOBs point into SQLite's own memory, until the next row.
    pub fn column(&self, index: i32) -> Column<'_> {
        self.0.column(index)
    }

    /// A column's text, with invalid UTF-8 replaced; `None` if the value is not a text. For SQLite's own data about a
    /// schema.
    pub fn text(&self, index: i32) -> Option<String> {
        match self.column(index) {
            Column::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
            _ => None,
        }
    }

    /// A column's integer; 0 if the value is not an integer. For SQLite's own data about a schema.
    pub fn integer(&self, index: i32) -> i64 {
        match self.column(index) {
            Column::Integer(number) => number,
            _ => 0,
        }
    }
}
