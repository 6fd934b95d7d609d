//! Settings: JSON values under names, for the application or one user.

mod error;
mod key;
mod known;

use std::fmt;

pub use self::error::SettingError;
pub use self::key::SettingKey;
pub use self::known::{KnownSetting, SettingType};
use crate::json_text::JsonText;
use crate::limits::SETTING_VALUE_BYTES;
use crate::time::Timestamp;
use crate::user::UserId;

/// Returns whether a scope is the user's own. Users need no grant for their own settings, and no grant can deny them.
#[must_use]
pub fn is_own_setting(user: &UserId, scope: &str) -> bool {
    user.as_str() == scope
}

/// A setting as read. `scope` is empty for the application, otherwise a user's name.
#[derive(Clone, PartialEq)]
pub struct Setting {
    /// Its scope.
    pub scope: String,
    /// Its name.
    pub key: SettingKey,
    /// Its value.
    pub value: JsonText,
    /// When it was last set; [`Timestamp::MIN`] if unknown.
    pub updated_at: Timestamp,
}

impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Setting({})", self.key.as_str())
    }
}

/// A value in effect, and where it comes from.
#[derive(Clone, PartialEq)]
pub enum Effective {
    /// A value that was set, for the user or for the application.
    Set(Setting),
    /// No value was set; this is the default of a known setting.
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

/// Returns the bytes to seal for a value.
///
/// # Errors
/// [`SettingError::ValueTooLarge`].
pub fn encode_setting_value(value: &JsonText) -> Result<Vec<u8>, SettingError> {
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
    fn a_setting_is_its_users_own() {
        let alice = UserId::new("alice").unwrap();
        assert!(
            is_own_setting(&alice, "alice") && !is_own_setting(&alice, "") && !is_own_setting(&alice, "bob")
        );
    }

    #[test]
    fn a_value_has_a_size() {
        let value = |bytes: usize| JsonText::new(&format!("\"{}\"", "x".repeat(bytes - 2))).unwrap();
        assert_eq!(encode_setting_value(&value(5)).unwrap(), b"\"xxx\"");
        assert!(encode_setting_value(&value(SETTING_VALUE_BYTES)).is_ok());
        assert_eq!(
            encode_setting_value(&value(SETTING_VALUE_BYTES + 1)),
            Err(SettingError::ValueTooLarge(SETTING_VALUE_BYTES + 1))
        );
    }

    #[test]
    fn debug_shows_no_value() {
        let value = JsonText::new("\"marker\"").unwrap();
        let setting = Setting {
            scope: String::new(),
            key: SettingKey::new("theme").unwrap(),
            value: value.clone(),
            updated_at: Timestamp::MIN,
        };
        assert_eq!(format!("{setting:?}"), "Setting(theme)");
        for (effective, shown) in [
            (Effective::Set(setting), "Effective::Set"),
            (Effective::Default(value.clone()), "Effective::Default"),
        ] {
            assert_eq!(
                (effective.value(), format!("{effective:?}").as_str()),
                (&value, shown)
            );
        }
    }
}
