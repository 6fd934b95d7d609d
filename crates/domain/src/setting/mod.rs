//! Settings: JSON values under names, for the application or one user.

mod known;

use std::fmt;

pub use self::known::{KnownSetting, SettingType};
use crate::json_text::JsonText;
use crate::limits::{SETTING_KEY_CHARS, SETTING_VALUE_BYTES};
use crate::resource::{Resource, ResourceKind};
use crate::time::Timestamp;
use crate::user::UserId;

/// Why a setting was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingError {
    /// A name has 1 to 256 characters.
    #[error("a setting's name has 1 to 256 characters, not {0}")]
    KeyLength(usize),
    /// A name has no control characters, not even an older one.
    #[error("a setting's name has no control characters")]
    KeyControl,
    /// Outside the grammar.
    #[error("a setting's name is {GRAMMAR}; {found:?}, its character {at}, is not allowed there")]
    KeyGrammar {
        /// The first character outside it.
        found: char,
        /// Which one it is, from 1.
        at: usize,
    },
    /// Its last part is missing.
    #[error("a setting's name is {GRAMMAR}; this one ends with a dot")]
    KeyEnd,
    /// The value is larger than [`SETTING_VALUE_BYTES`].
    #[error("the setting's value has {0} bytes; at most 1,048,576 are kept")]
    ValueTooLarge(usize),
    /// A known setting has a value of its type.
    #[error("the setting {name} takes {wanted}, not {found}")]
    ValueType {
        /// The setting.
        name: &'static str,
        /// What it takes.
        wanted: &'static str,
        /// What it was given.
        found: &'static str,
    },
    /// It means nothing for one user.
    #[error("the setting {0} is the application's alone; set it without a user")]
    ApplicationOnly(&'static str),
}

const GRAMMAR: &str = "parts of a-z, 0-9, _ and -, each beginning with a letter or digit, joined by dots";

/// A setting's name: 1 to 256 characters, parts of `a-z`, `0-9`, `_` and `-` joined by dots, each beginning with a letter
/// or digit. A name from before this grammar is [kept](SettingKey::kept).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SettingKey(String);

impl SettingKey {
    /// Checks a name.
    ///
    /// # Errors
    /// [`SettingError`] names the rule.
    pub fn new(key: impl Into<String>) -> Result<Self, SettingError> {
        let key = key.into();
        check_length(&key)?;
        let mut begins = true;
        for (before, found) in key.chars().enumerate() {
            match found {
                'a'..='z' | '0'..='9' => begins = false,
                '_' | '-' if !begins => {}
                '.' if !begins => begins = true,
                _ => {
                    return Err(SettingError::KeyGrammar {
                        found,
                        at: before + 1,
                    });
                }
            }
        }
        if begins {
            return Err(SettingError::KeyEnd);
        }
        Ok(Self(key))
    }

    /// A name that stands in a vault or a source already: any 1 to 256 characters without control characters.
    ///
    /// # Errors
    /// [`SettingError::KeyLength`] or [`SettingError::KeyControl`].
    pub fn kept(key: impl Into<String>) -> Result<Self, SettingError> {
        let key = key.into();
        check_length(&key)?;
        if key.chars().any(char::is_control) {
            return Err(SettingError::KeyControl);
        }
        Ok(Self(key))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What access control calls it: the name, for a user's after the user and a slash.
    #[must_use]
    pub fn resource(&self, scope: &str) -> Resource {
        if scope.is_empty() {
            return Resource::of(ResourceKind::Setting, &self.0);
        }
        Resource::of(ResourceKind::Setting, format_args!("{scope}/{}", self.0))
    }
}

fn check_length(key: &str) -> Result<(), SettingError> {
    match key.chars().count() {
        1..=SETTING_KEY_CHARS => Ok(()),
        chars => Err(SettingError::KeyLength(chars)),
    }
}

/// A user's settings are the user's own: no grant is needed for them, and none takes them away.
#[must_use]
pub fn is_own(user: &UserId, scope: &str) -> bool {
    user.as_str() == scope
}

/// A setting as it is read. `scope` is empty for the application, else a user's name.
#[derive(Clone, PartialEq)]
pub struct Setting {
    /// Whose it is.
    pub scope: String,
    /// Its name.
    pub key: SettingKey,
    /// Its value.
    pub value: JsonText,
    /// When it was last set; [`Timestamp::MIN`] when that is not known.
    pub updated_at: Timestamp,
}

impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Setting({})", self.key.0)
    }
}

/// The value that holds, and where it is from.
#[derive(Clone, PartialEq)]
pub enum Effective {
    /// It was set, for the user or for the application.
    Set(Setting),
    /// It was not; this is the default of a known setting.
    Default(JsonText),
}

impl Effective {
    /// The value.
    #[must_use]
    pub const fn value(&self) -> &JsonText {
        match self {
            Self::Set(setting) => &setting.value,
            Self::Default(value) => value,
        }
    }
}

impl fmt::Debug for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Set(_) => "Effective::Set",
            Self::Default(_) => "Effective::Default",
        })
    }
}

/// The bytes that are sealed for a value.
///
/// # Errors
/// [`SettingError::ValueTooLarge`].
pub fn encode_value(value: &JsonText) -> Result<Vec<u8>, SettingError> {
    let bytes = value.as_str().as_bytes().to_vec();
    if bytes.len() > SETTING_VALUE_BYTES {
        return Err(SettingError::ValueTooLarge(bytes.len()));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_have_a_grammar() {
        for name in ["theme", "privacy.read_receipts", "a", "0", "x-y.z_9", "a.b.c"] {
            assert_eq!(SettingKey::new(name).unwrap().as_str(), name);
        }
        assert_eq!(SettingKey::new(""), Err(SettingError::KeyLength(0)));
        assert!(SettingKey::new("a".repeat(256)).is_ok());
        assert_eq!(
            SettingKey::new("a".repeat(257)),
            Err(SettingError::KeyLength(257))
        );
        for (name, found, at) in [
            ("Theme", 'T', 1),
            ("font size", ' ', 5),
            ("a\nb", '\n', 2),
            (".a", '.', 1),
            ("a..b", '.', 3),
            ("a.-b", '-', 3),
            ("_a", '_', 1),
            ("é", 'é', 1),
            ("a/b", '/', 2),
        ] {
            assert_eq!(SettingKey::new(name), Err(SettingError::KeyGrammar { found, at }));
        }
        assert_eq!(SettingKey::new("a."), Err(SettingError::KeyEnd));
        let text = SettingKey::new("a b").unwrap_err().to_string();
        assert!(
            text.contains("a-z, 0-9") && text.contains("' '") && text.contains("character 2"),
            "{text}"
        );
    }

    #[test]
    fn older_names_are_kept() {
        assert_eq!(SettingKey::kept("font size").unwrap().as_str(), "font size");
        assert_eq!(SettingKey::kept(""), Err(SettingError::KeyLength(0)));
        assert_eq!(SettingKey::kept("a\nb"), Err(SettingError::KeyControl));
        assert_eq!(
            SettingKey::kept("é".repeat(257)),
            Err(SettingError::KeyLength(257))
        );
    }

    #[test]
    fn access_control_calls_them_by_user_and_name() {
        let key = SettingKey::new("theme").unwrap();
        assert_eq!(key.resource("").to_string(), "setting:theme");
        assert_eq!(key.resource("alice").to_string(), "setting:alice/theme");
        let alice = UserId::new("alice").unwrap();
        assert!(is_own(&alice, "alice") && !is_own(&alice, "") && !is_own(&alice, "bob"));
    }

    proptest! {
        #[test]
        fn a_name_is_parts_joined_by_dots(name in "[a-z0-9_.é -]{0,12}") {
            let is_part = |part: &str| {
                let mut chars = part.chars();
                chars.next().is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
                    && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c))
            };
            prop_assert_eq!(SettingKey::new(name.as_str()).is_ok(), name.split('.').all(is_part));
            // The character that is named is where every name that begins so goes wrong.
            if let Err(SettingError::KeyGrammar { found, at }) = SettingKey::new(name.as_str()) {
                prop_assert_eq!(name.chars().nth(at - 1), Some(found));
                let before: String = name.chars().take(at - 1).collect();
                let mended = SettingKey::new(before + "a");
                prop_assert!(mended.is_ok());
            }
        }
    }
}
