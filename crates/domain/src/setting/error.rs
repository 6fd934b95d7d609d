//! Why a setting was refused.

/// Why a setting was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingError {
    /// The name does not have 1 to 256 characters.
    #[error("a setting's name must have 1 to 256 characters, got {0}")]
    KeyLength(usize),
    /// The name contains a control character; this applies to older names too.
    #[error("a setting's name cannot contain control characters")]
    KeyControl,
    /// The name does not follow the grammar.
    #[error("character {at} of the setting's name, {found:?}, is not allowed there; a name is {GRAMMAR}")]
    KeyGrammar {
        /// The first character that does not fit.
        found: char,
        /// Its position, from 1.
        at: usize,
    },
    /// The name ends with a dot.
    #[error("the setting's name ends with a dot; a name is {GRAMMAR}")]
    KeyEnd,
    /// The value is larger than [`SETTING_VALUE_BYTES`](crate::limits::SETTING_VALUE_BYTES).
    #[error("the setting's value has {0} bytes; the limit is 1,048,576")]
    ValueTooLarge(usize),
    /// The value of a known setting has the wrong type.
    #[error("the setting {name} takes {wanted}, not {found}")]
    ValueType {
        /// The setting.
        name: &'static str,
        /// What it accepts.
        wanted: &'static str,
        /// What was passed.
        found: &'static str,
    },
    /// The setting cannot be set for one user.
    #[error("the setting {0} applies to the whole application; set it without a user")]
    ApplicationOnly(&'static str),
}

const GRAMMAR: &str = "parts of a-z, 0-9, _ and -, each beginning with a letter or digit, joined by dots";
