//! A value of any type, and whether the readers of its column accept it.

use privatus_domain::{AnonymousId, Day, Id, Timestamp};
use privatus_sqlite::Column;

use crate::db::decode::{FromColumn, WrongType};

/// Columns whose texts are ids.
const IDS: [(&str, &str); 16] = [
    ("contacts", "contact_id"),
    ("groups", "group_id"),
    ("group_members", "group_id"),
    ("group_members", "contact_id"),
    ("group_bans", "group_id"),
    ("group_bans", "contact_id"),
    ("group_bans", "banned_by"),
    ("file_transfers", "transfer_id"),
    ("file_transfers", "contact_id"),
    ("file_transfers", "group_id"),
    ("conversations", "conversation_id"),
    ("conversations", "contact_id"),
    ("conversations", "group_id"),
    ("senders", "contact_id"),
    ("senders", "group_id"),
    ("settings", "key"),
];

/// A value of any type.
pub(crate) enum Cell {
    Integer(i64),
    Real(f64),
    Text(String),
    Blob,
    /// A text that is not UTF-8.
    Bytes,
    Null,
}

impl FromColumn for Cell {
    fn from_column(column: Column<'_>) -> Result<Self, WrongType> {
        Ok(Self::of(column))
    }
}

impl Cell {
    /// Converts a column's value; every value has a variant.
    pub(crate) fn of(column: Column<'_>) -> Self {
        match column {
            Column::Integer(value) => Self::Integer(value),
            Column::Real(value) => Self::Real(value),
            Column::Text(bytes) => str::from_utf8(bytes).map_or(Self::Bytes, |text| Self::Text(text.into())),
            Column::Blob(_) => Self::Blob,
            Column::Null => Self::Null,
        }
    }

    /// Whether the readers accept the value in a column of this declared type.
    pub(crate) fn is_read(&self, (table, column): (&str, &str), declared: &str) -> bool {
        match (declared, self) {
            (_, Self::Null) => true,
            // Only in the form that the store writes, because the tables are sorted and compared by it.
            ("TIMESTAMP", Self::Text(text)) => Timestamp::parse(text).is_ok_and(|at| at.to_sql() == *text),
            ("DATE", Self::Text(text)) => Day::parse(text).is_ok_and(|day| day.to_string() == *text),
            ("TEXT", Self::Text(text)) if column == "anonymous_id" => text.parse::<AnonymousId>().is_ok(),
            ("TEXT", Self::Text(text)) if IDS.contains(&(table, column)) => text.parse::<Id>().is_ok(),
            ("TEXT", Self::Text(_)) | ("BLOB", Self::Blob) => true,
            ("BOOLEAN", Self::Integer(value)) => matches!(value, 0 | 1),
            ("INTEGER" | "BIGINT", Self::Integer(_)) | ("DOUBLE", Self::Integer(_)) => true,
            ("DOUBLE", Self::Real(value)) => value.is_finite(),
            _ => false,
        }
    }
}
