//! SQLite values: bound to a statement, or in a row.

/// A value for one `?` of a statement.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// NULL.
    Null,
    /// A signed integer of 64 bits.
    Integer(i64),
    /// A floating-point number; NaN is stored as NULL.
    Real(f64),
    /// UTF-8.
    Text(&'a str),
    /// Bytes; an empty slice is an empty BLOB, not NULL.
    Blob(&'a [u8]),
}

impl std::fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("«bound»")
    }
}

/// A value of a row, in its stored type: nothing is converted.
#[derive(Clone, Copy, PartialEq)]
pub enum Column<'a> {
    /// NULL, also for a column that does not exist.
    Null,
    /// A signed integer of 64 bits.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// The bytes of a text; SQLite does not check that they are UTF-8.
    Text(&'a [u8]),
    /// A BLOB.
    Blob(&'a [u8]),
}

impl std::fmt::Debug for Column<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("«column»")
    }
}
