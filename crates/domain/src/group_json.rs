//! A group's settings and a member's permissions: JSON objects. Known fields have a type; all others are preserved.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::group_error::GroupError;
use crate::json_text::JsonText;
use crate::limits::GROUP_JSON_BYTES;

/// The fields of a group's settings that this build knows. The store only keeps them; clients act on them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct KnownSettings {
    /// Whether only the owner and the admins may write.
    pub announcements_only: Option<bool>,
    /// Minimum time in seconds between two messages of one member.
    pub slow_mode_seconds: Option<u32>,
    /// Whether a new member sees earlier messages.
    pub history_visible: Option<bool>,
}

/// The fields of a member's permissions that this build knows. The store only keeps them; clients act on them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct KnownPermissions {
    /// Whether the member may write messages.
    pub write: Option<bool>,
    /// Whether the member may send files.
    pub send_files: Option<bool>,
    /// Whether the member may pin messages.
    pub pin: Option<bool>,
}

/// The JSON text and its known fields; an empty object counts as none.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Object<T> {
    text: Option<JsonText>,
    known: T,
}

impl<T: Default> Default for Object<T> {
    fn default() -> Self {
        Self {
            text: None,
            known: T::default(),
        }
    }
}

impl<T: DeserializeOwned + Default> Object<T> {
    fn new(what: &'static str, types: &'static str, text: &str) -> Result<Self, GroupError> {
        let text = JsonText::new(text).map_err(|_| GroupError::NotAnObject(what))?;
        let bytes = text.as_str().len();
        if !text.as_str().starts_with('{') {
            return Err(GroupError::NotAnObject(what));
        }
        if bytes > GROUP_JSON_BYTES {
            return Err(GroupError::JsonTooLong(what, bytes));
        }
        // The error gives the position but not the value, which is confidential.
        let known = serde_json::from_str(text.as_str())
            .map_err(|error| GroupError::WrongField(what, error.column(), types))?;
        let text = Some(text).filter(|text| text.as_str() != "{}");
        Ok(Self { text, known })
    }

    /// Accepts whatever another application wrote.
    fn stored(text: JsonText) -> Self {
        let known = serde_json::from_str(text.as_str()).unwrap_or_default();
        Self {
            text: Some(text),
            known,
        }
    }
}

macro_rules! object {
    ($(#[$doc:meta])* $name:ident, $known:ident, $what:literal, $types:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct $name(Object<$known>);

        impl $name {
            /// Checks a JSON object of at most 65,536 bytes; fields that this build knows must have their type.
            ///
            /// # Errors
            /// [`GroupError`] names the rule.
            pub fn new(text: &str) -> Result<Self, GroupError> {
                Object::new($what, $types, text).map(Self)
            }

            /// Reads the stored form, which another build or application may have written.
            #[must_use]
            pub fn stored(text: JsonText) -> Self {
                Self(Object::stored(text))
            }

            /// The JSON with all fields; `None` if there are none.
            #[must_use]
            pub const fn as_json(&self) -> Option<&JsonText> {
                self.0.text.as_ref()
            }

            /// The fields that this build knows.
            #[must_use]
            pub const fn known(&self) -> &$known {
                &self.0.known
            }
        }
    };
}

object!(
    /// A group's settings.
    GroupSettings,
    KnownSettings,
    "settings",
    "announcements_only and history_visible take true or false, slow_mode_seconds takes 0 to 4,294,967,295"
);
object!(
    /// A member's permissions.
    MemberPermissions,
    KnownPermissions,
    "permissions",
    "write, send_files and pin take true or false"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_fields_are_kept_letter_by_letter() {
        let text = r#"{"slow_mode_seconds":30,"colour":"\u00e9","big":123456789012345678901234567890}"#;
        let settings = GroupSettings::new(text).unwrap();
        assert_eq!(settings.known().slow_mode_seconds, Some(30));
        assert_eq!(settings.as_json().unwrap().as_str(), text);
        assert_eq!(GroupSettings::new(" { } ").unwrap(), GroupSettings::default());
    }

    #[test]
    fn what_is_no_object_or_of_another_type_is_refused() {
        for (text, word) in [
            ("", "must be a JSON object"),
            ("[1]", "must be a JSON object"),
            ("{", "must be a JSON object"),
            (
                r#"{"write":"yes"}"#,
                "unusable value or a repeated field at character 14: write, send_files",
            ),
            (
                r#"{"pin":1,"pin":true}"#,
                "unusable value or a repeated field at character 8:",
            ),
        ] {
            let error = MemberPermissions::new(text).unwrap_err().to_string();
            assert!(
                error.contains(word) && error.contains("permissions"),
                "{text}: {error}"
            );
        }
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(65_536));
        assert_eq!(
            GroupSettings::new(&long),
            Err(GroupError::JsonTooLong("settings", 65_544))
        );
        let odd = JsonText::new(r#"{"write":"yes"}"#).unwrap();
        let kept = MemberPermissions::stored(odd);
        assert_eq!(kept.known().write, None);
        assert_eq!(kept.as_json().unwrap().as_str(), r#"{"write":"yes"}"#);
    }
}
