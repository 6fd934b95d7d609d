//! A setting's name and its grammar.

use super::error::SettingError;
use crate::limits::SETTING_KEY_CHARS;
use crate::resource::{Resource, ResourceKind};

/// A setting's name: 1 to 256 characters, parts of `a-z`, `0-9`, `_` and `-` joined by dots, each beginning with a
/// letter or digit. A name from before this grammar can be [kept](SettingKey::kept).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SettingKey(pub(super) String);

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

    /// Accepts a name that is already in a vault or an import's source: any 1 to 256 characters without control
    /// characters.
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

    /// The setting's id in access control: the name, for a user's setting preceded by the user and a slash.
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

#[cfg(test)]
mod tests {
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
            // The error names the character at which every name with this beginning fails.
            if let Err(SettingError::KeyGrammar { found, at }) = SettingKey::new(name.as_str()) {
                prop_assert_eq!(name.chars().nth(at - 1), Some(found));
                let before: String = name.chars().take(at - 1).collect();
                let mended = SettingKey::new(before + "a");
                prop_assert!(mended.is_ok());
            }
        }
    }
}
