//! Settings: JSON values under names, for the application or one user.

use std::fmt;

use crate::json_text::JsonText;
use crate::limits::{SETTING_KEY_CHARS, SETTING_VALUE_BYTES};
use crate::time::Timestamp;

/// Why a setting was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingError {
    /// A name has 1 to 256 characters.
    #[error("a setting's name has 1 to 256 characters, not {0}")]
    KeyLength(usize),
    /// A name has no control characters.
    #[error("a setting's name has no control characters")]
    KeyControl,
    /// The value is larger than [`SETTING_VALUE_BYTES`].
    #[error("the setting's value has {0} bytes; at most 1,048,576 are kept")]
    ValueTooLarge(usize),
}

/// A setting's name: 1 to 256 characters, none of them a control character.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SettingKey(String);

impl SettingKey {
    /// Checks a name.
    ///
    /// # Errors
    /// [`SettingError`] names the rule.
    pub fn new(key: impl Into<String>) -> Result<Self, SettingError> {
        let key = key.into();
        let chars = key.chars().count();
        if chars == 0 || chars > SETTING_KEY_CHARS {
            return Err(SettingError::KeyLength(chars));
        }
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
    /// When it was last set.
    pub updated_at: Timestamp,
}

impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Setting({})", self.key.0)
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
    use super::*;

    #[test]
    fn names_have_limits() {
        assert_eq!(SettingKey::new(""), Err(SettingError::KeyLength(0)));
        assert!(SettingKey::new("a".repeat(256)).is_ok());
        assert_eq!(
            SettingKey::new("a".repeat(257)),
            Err(SettingError::KeyLength(257))
        );
        assert_eq!(SettingKey::new("a\nb"), Err(SettingError::KeyControl));
    }
}
