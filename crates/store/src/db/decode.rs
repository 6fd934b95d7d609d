//! Reading rows as Rust values. A value of another type than its column's is damage and is never converted.

use privatus_domain::limits::ID_CHARS;
use privatus_domain::{Id, Timestamp};
use privatus_schema::SqlTime;
use privatus_sqlite::{Column, Row};

use crate::error::StoreError;

/// The error for a value that is not of its column's type.
#[derive(Debug)]
pub(crate) struct WrongType;

/// Parses a stored time, if there is one; a text that is not a time counts as damage.
pub(crate) fn stored_time(at: Option<SqlTime>) -> Result<Option<Timestamp>, StoreError> {
    let time = at.map(|at| Timestamp::parse(&at.0)).transpose();
    time.map_err(|error| StoreError::from(error).of_stored())
}

/// A type that a single column can be read as.
pub(crate) trait FromColumn: Sized {
    fn from_column(column: Column<'_>) -> Result<Self, WrongType>;
}

/// A type that a row, or part of one, can be read as: a single column, or a tuple of columns in order.
pub(crate) trait FromRow: Sized {
    /// Reads a value from column `next` on, and advances `next` past it.
    fn from_row(row: &Row<'_>, next: &mut i32) -> Result<Self, WrongType>;
}

impl FromColumn for i64 {
    fn from_column(column: Column<'_>) -> Result<Self, WrongType> {
        match column {
            Column::Integer(value) => Ok(value),
            _ => Err(WrongType),
        }
    }
}

impl FromColumn for i32 {
    fn from_column(column: Column<'_>) -> Result<Self, WrongType> {
        Self::try_from(i64::from_column(column)?).map_err(|_| WrongType)
    }
}

impl FromColumn for bool {
    fn from_column(column: Column<'_>) -> Result<Self, WrongType> {
        match i64::from_column(column)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(WrongType),
        }
    }
}

impl FromColumn for String {
    fn from_column(column: Column<'_>) -> Result<Self, WrongType> {
        match column {
            Column::Text(bytes) => Ok(str::from_utf8(bytes).map_err(|_| WrongType)?.to_owned()),
            _ => Err(WrongType),
        }
    }
}

impl FromColumn for Vec<u8> {
    fn from_column(column: Column<'_>) -> Result<Self, WrongType> {
        match column {
            Column::Blob(bytes) => Ok(bytes.to_vec()),
            _ => Err(WrongType),
        }
    }
}

/// An id is a BLOB for a UUID, and TEXT otherwise.
impl FromColumn for Id {
    fn from_column(column: Column<'_>) -> Result<Self, WrongType> {
        match column {
            Column::Blob(bytes) => Ok(Self::Uuid(bytes.try_into().map_err(|_| WrongType)?)),
            Column::Text(_) => {
                let text = String::from_column(column)?;
                let fits = (1..=ID_CHARS).contains(&text.chars().count());
                fits.then(|| Self::Text(text.into())).ok_or(WrongType)
            }
            _ => Err(WrongType),
        }
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(column: Column<'_>) -> Result<Self, WrongType> {
        match column {
            Column::Null => Ok(None),
            column => T::from_column(column).map(Some),
        }
    }
}

impl<T: FromColumn> FromRow for T {
    fn from_row(row: &Row<'_>, next: &mut i32) -> Result<Self, WrongType> {
        let column = row.column(*next);
        *next += 1;
        T::from_column(column)
    }
}

macro_rules! tuples {
    ($(($($part:ident),+)),+ $(,)?) => {
        $(impl<$($part: FromRow),+> FromRow for ($($part,)+) {
            fn from_row(row: &Row<'_>, next: &mut i32) -> Result<Self, WrongType> {
                Ok(($($part::from_row(row, next)?,)+))
            }
        })+
    };
}
tuples!(
    (A, B),
    (A, B, C),
    (A, B, C, D),
    (A, B, C, D, E),
    (A, B, C, D, E, F),
    (A, B, C, D, E, F, G),
    (A, B, C, D, E, F, G, H),
    (A, B, C, D, E, F, G, H, I),
    (A, B, C, D, E, F, G, H, I, J),
    (A, B, C, D, E, F, G, H, I, J, K),
);
