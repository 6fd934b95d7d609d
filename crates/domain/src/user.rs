//! Users of one application, to whom settings and grants belong.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::limits::USER_CHARS;
use crate::visible::shows_nothing;

/// Why a user's name was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UserError {
    /// The name does not have 1 to [`USER_CHARS`] characters.
    #[error("a user's name must have 1 to 256 characters, got {0}")]
    Length(usize),
    /// A name without a visible character cannot be distinguished from another.
    #[error("the user's name has no visible character")]
    Blank,
    /// The name contains a control character.
    #[error("a user's name cannot contain control characters")]
    Control,
}

/// A user's name: 1 to 256 characters, at least one of them visible, no control characters; stored exactly.
///
/// The vault's own user has no name here: anyone who holds the key may do everything.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(Box<str>);

impl UserId {
    /// Checks a name.
    ///
    /// # Errors
    /// [`UserError`] names the rule.
    pub fn new(name: &str) -> Result<Self, UserError> {
        let chars = name.chars().count();
        if chars == 0 || chars > USER_CHARS {
            return Err(UserError::Length(chars));
        }
        if shows_nothing(name) {
            return Err(UserError::Blank);
        }
        if name.chars().any(char::is_control) {
            return Err(UserError::Control);
        }
        Ok(Self(name.into()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UserId {
    type Err = UserError;

    fn from_str(text: &str) -> Result<Self, UserError> {
        Self::new(text)
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for UserId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_limits() {
        assert_eq!(UserId::new(""), Err(UserError::Length(0)));
        assert_eq!(UserId::new(&"a".repeat(257)), Err(UserError::Length(257)));
        assert_eq!(UserId::new(" \u{3000}"), Err(UserError::Blank));
        assert_eq!(UserId::new("a\nb"), Err(UserError::Control));
        assert!(UserId::new(&"é".repeat(256)).is_ok());
    }

    #[test]
    fn a_name_is_kept_exactly() {
        let user = UserId::new(" Ann ").map(|user| (user.as_str().to_owned(), user.to_string()));
        assert_eq!(user, Ok((" Ann ".to_owned(), " Ann ".to_owned())));
    }
}
