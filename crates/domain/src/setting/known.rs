//! Settings with a meaning in this build: their types, defaults and scope. All others are stored unchanged.

use serde_json::Value;

use super::error::SettingError;
use super::key::SettingKey;
use crate::json_text::JsonText;
use crate::public_key::PublicKey;

/// The type of a known setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingType {
    /// `true` or `false`
    Flag,
    /// A public key in base64, as text.
    PublicKey,
}

impl SettingType {
    /// The type in words for a person.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Flag => "true or false",
            Self::PublicKey => "a public key in base64, as text",
        }
    }

    fn takes(self, value: &Value) -> bool {
        match self {
            Self::Flag => value.is_boolean(),
            Self::PublicKey => value
                .as_str()
                .and_then(|text| PublicKey::from_base64(text).ok())
                .is_some_and(|key| !key.is_empty()),
        }
    }
}

/// A setting that this build or its clients use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownSetting {
    /// The vault's own public key, used for the safety number with a contact.
    IdentityPublicKey,
    /// Whether the store counts performance and usage.
    MetricsEnabled,
    /// Whether a client tells others which messages were read.
    ReadReceipts,
}

impl KnownSetting {
    /// Every known setting, by name.
    pub const ALL: [Self; 3] = [Self::IdentityPublicKey, Self::MetricsEnabled, Self::ReadReceipts];

    /// The known setting with this name.
    #[must_use]
    pub fn of(key: &SettingKey) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == key.as_str())
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::IdentityPublicKey => "identity.public_key",
            Self::MetricsEnabled => "metrics.enabled",
            Self::ReadReceipts => "privacy.read_receipts",
        }
    }

    /// Its name as a key.
    #[must_use]
    pub fn key(self) -> SettingKey {
        SettingKey(self.name().to_owned())
    }

    /// Its type.
    #[must_use]
    pub const fn value_type(self) -> SettingType {
        match self {
            Self::IdentityPublicKey => SettingType::PublicKey,
            Self::MetricsEnabled | Self::ReadReceipts => SettingType::Flag,
        }
    }

    /// Its default; `None` if there is no default.
    #[must_use]
    pub fn default_value(self) -> Option<JsonText> {
        match self {
            Self::IdentityPublicKey => None,
            Self::MetricsEnabled | Self::ReadReceipts => Some(Value::Bool(true).into()),
        }
    }

    /// Whether a user may have a different value from the application.
    #[must_use]
    pub const fn is_per_user(self) -> bool {
        match self {
            Self::IdentityPublicKey | Self::MetricsEnabled => false,
            Self::ReadReceipts => true,
        }
    }

    /// Its meaning.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::IdentityPublicKey => "your own public key, from which safety numbers are computed",
            Self::MetricsEnabled => "whether the store counts its performance and use",
            Self::ReadReceipts => {
                "whether a client tells others what was read; the store only keeps the value"
            }
        }
    }

    /// Checks a value, and that `scope` can have one.
    ///
    /// # Errors
    /// [`SettingError::ValueType`] or [`SettingError::ApplicationOnly`].
    pub fn check(self, scope: &str, value: &JsonText) -> Result<(), SettingError> {
        if !scope.is_empty() && !self.is_per_user() {
            return Err(SettingError::ApplicationOnly(self.name()));
        }
        let value = value.to_value();
        if self.value_type().takes(&value) {
            return Ok(());
        }
        Err(SettingError::ValueType {
            name: self.name(),
            wanted: self.value_type().as_str(),
            found: type_of(&value),
        })
    }
}

const fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "this text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_and_defaults_keep_their_own_rules() {
        let mut defaults = 0;
        for known in KnownSetting::ALL {
            assert_eq!(SettingKey::new(known.name()), Ok(known.key()));
            assert_eq!(KnownSetting::of(&known.key()), Some(known));
            if let Some(value) = known.default_value() {
                assert_eq!(known.check("", &value), Ok(()));
                defaults += 1;
            }
        }
        assert!(defaults > 0, "some have a default");
        assert_eq!(KnownSetting::of(&SettingKey::new("theme").unwrap()), None);
    }

    #[test]
    fn another_type_or_scope_is_refused() {
        let known = KnownSetting::ReadReceipts;
        assert_eq!(known.check("alice", &json!(false).into()), Ok(()));
        for (value, found) in [
            (json!("yes"), "this text"),
            (json!(1), "a number"),
            (json!(null), "null"),
            (json!([true]), "a list"),
            (json!({}), "an object"),
        ] {
            let text = known.check("", &value.into()).unwrap_err().to_string();
            assert!(
                text.ends_with(&format!("takes true or false, not {found}")),
                "{text}"
            );
        }
        let key = KnownSetting::IdentityPublicKey;
        assert_eq!(
            key.check("", &json!("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").into()),
            Ok(())
        );
        for value in [json!("no key"), json!(""), json!(7)] {
            assert!(key.check("", &value.into()).is_err());
        }
        let metrics = KnownSetting::MetricsEnabled;
        assert_eq!(
            metrics.check("alice", &json!(true).into()),
            Err(SettingError::ApplicationOnly("metrics.enabled"))
        );
    }

    #[test]
    fn the_document_has_this_table() {
        let mut table = String::from("| name | takes | default | of | |\n|---|---|---|---|---|\n");
        for known in KnownSetting::ALL {
            let default = known
                .default_value()
                .map_or_else(|| "none".into(), |value| format!("`{value}`"));
            let whose = if known.is_per_user() {
                "the application, each user"
            } else {
                "the application"
            };
            table.push_str(&format!(
                "| `{}` | {} | {default} | {whose} | {} |\n",
                known.name(),
                known.value_type().as_str(),
                known.meaning()
            ));
        }
        let document = include_str!("../../../../docs/DATA_MODEL.md");
        assert!(
            document.contains(&table),
            "docs/DATA_MODEL.md needs this table:\n{table}"
        );
    }
}
