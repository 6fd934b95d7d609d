//! Values as SQLite has them: bound to a statement, and in a row.

/// A value for one `?` of a statement.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// NULL.
    Null,
    /// A signed integer of 64 bits.
    Integer(i64),
    /// A floating-point number; one that is none (NaN) is stored as NULL.
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

/// A value of a row, of the type it is stored with: nothing is converted.
#[derive(Clone, Copy, PartialEq)]
pub enum Column<'a> {
    /// NULL, and what a column that is not there reads as.
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
