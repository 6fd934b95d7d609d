//! Why a setting was refused.

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
    /// The value is larger than [`SETTING_VALUE_BYTES`](crate::limits::SETTING_VALUE_BYTES).
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
