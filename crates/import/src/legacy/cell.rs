//! Values of columns whose types SQLite does not enforce, and the types those columns must have.

use super::problem::Reason;

/// One value as stored.
#[derive(PartialEq, Eq)]
pub(crate) enum Cell {
    Null,
    Integer(i64),
    Real,
    Text(Vec<u8>),
    Blob(Vec<u8>),
    /// Larger than its column's limit, and not read.
    TooLong,
}

impl Cell {
    /// Builds a cell from SQLite's `typeof()` and the value cast to BLOB (`None` if over the limit).
    pub(crate) fn new(kind: &str, bytes: Option<Vec<u8>>) -> Self {
        match (kind, bytes) {
            ("null", _) => Self::Null,
            ("real", _) => Self::Real,
            ("integer", Some(bytes)) => std::str::from_utf8(&bytes)
                .ok()
                .and_then(|text| text.parse().ok())
                .map_or(Self::Real, Self::Integer),
            ("text", Some(bytes)) => Self::Text(bytes),
            (_, Some(bytes)) => Self::Blob(bytes),
            (_, None) => Self::TooLong,
        }
    }

    fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Integer(_) => "INTEGER",
            Self::Real => "REAL",
            Self::Text(_) => "TEXT",
            Self::Blob(_) | Self::TooLong => "BLOB",
        }
    }

    fn wrong(&self, field: &'static str) -> Reason {
        match self {
            Self::Null => Reason::Missing { field },
            _ => Reason::WrongType {
                field,
                found: self.type_name(),
            },
        }
    }

    /// A text that must be present; NUL characters are preserved.
    pub(crate) fn text(self, column: &Column) -> Result<String, Reason> {
        let (field, limit) = (column.name, column.limit);
        match self {
            Self::Text(bytes) => String::from_utf8(bytes).map_err(|_| Reason::NotUtf8 { field }),
            Self::TooLong => Err(Reason::TooLong { field, limit }),
            other => Err(other.wrong(field)),
        }
    }

    /// A text or NULL.
    pub(crate) fn optional_text(self, column: &Column) -> Result<Option<String>, Reason> {
        match self {
            Self::Null => Ok(None),
            other => other.text(column).map(Some),
        }
    }

    /// A Boolean as Python reads it (any integer but 0 is true); NULL is the column's default.
    pub(crate) fn boolean(&self, field: &'static str, default: Option<bool>) -> Result<bool, Reason> {
        match (self, default) {
            (Self::Integer(value), _) => Ok(*value != 0),
            (Self::Null, Some(default)) => Ok(default),
            _ => Err(self.wrong(field)),
        }
    }

    /// The bytes of a token: a BLOB, as the application writes it, or TEXT.
    pub(crate) fn token(self, field: &'static str) -> Result<Vec<u8>, Reason> {
        match self {
            Self::Blob(bytes) | Self::Text(bytes) => Ok(bytes),
            Self::TooLong => Err(Reason::TextTooLong),
            other => Err(other.wrong(field)),
        }
    }
}

/// A column and the longest value to read from it, in bytes.
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) limit: usize,
}
