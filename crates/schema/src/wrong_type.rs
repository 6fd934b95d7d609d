//! The error for a value that does not have its column's type.

use std::error::Error;

use diesel::sqlite::{SqliteType, SqliteValue};

/// A value does not have its column's type. The error does not contain the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongType(&'static str);

impl WrongType {
    pub(crate) const fn expected(kind: &'static str) -> Self {
        Self(kind)
    }

    /// Returns whether this is why a query failed.
    pub fn is_in(error: &diesel::result::Error) -> bool {
        let mut next: Option<&(dyn Error + 'static)> = match error {
            diesel::result::Error::DeserializationError(error) => Some(&**error),
            _ => None,
        };
        while let Some(error) = next {
            if error.is::<Self>() {
                return true;
            }
            next = error.source();
        }
        false
    }
}

impl std::fmt::Display for WrongType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a value that is not {}", self.0)
    }
}

impl Error for WrongType {}

/// Checks a value's storage class before anything reads it, which would convert it.
pub(crate) fn is_of(
    value: &SqliteValue<'_, '_, '_>,
    class: SqliteType,
    kind: &'static str,
) -> Result<(), WrongType> {
    if value.value_type() == Some(class) {
        Ok(())
    } else {
        Err(WrongType(kind))
    }
}
