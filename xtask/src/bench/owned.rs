//! A column of a row as an application would hold it: an owned value of the column's declared type.

use anyhow::{Result, anyhow};
use privatus_sqlite::{Column, Row};

/// A type that a column is read as.
pub(crate) trait Owned: Sized {
    /// `None` for a value of another type.
    fn from_column(column: Column<'_>) -> Option<Self>;
}

/// Reads the column of this number, counted from 0.
pub(crate) fn owned<T: Owned>(row: &Row<'_>, index: i32) -> Result<T> {
    T::from_column(row.column(index)).ok_or_else(|| anyhow!("column {index} is of another type"))
}

impl Owned for i64 {
    fn from_column(column: Column<'_>) -> Option<Self> {
        match column {
            Column::Integer(value) => Some(value),
            _ => None,
        }
    }
}

impl Owned for bool {
    fn from_column(column: Column<'_>) -> Option<Self> {
        i64::from_column(column).map(|value| value != 0)
    }
}

impl Owned for String {
    fn from_column(column: Column<'_>) -> Option<Self> {
        match column {
            Column::Text(bytes) => str::from_utf8(bytes).ok().map(str::to_owned),
            _ => None,
        }
    }
}

impl Owned for Vec<u8> {
    fn from_column(column: Column<'_>) -> Option<Self> {
        match column {
            Column::Blob(bytes) => Some(bytes.to_vec()),
            _ => None,
        }
    }
}

impl<T: Owned> Owned for Option<T> {
    fn from_column(column: Column<'_>) -> Option<Self> {
        match column {
            Column::Null => Some(None),
            column => T::from_column(column).map(Some),
        }
    }
}
