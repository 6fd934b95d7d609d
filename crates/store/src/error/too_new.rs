//! Which part of a vault is of a newer build.

use privatus_migrate::Version;

/// A form that this build does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TooNew {
    /// The key ring's format.
    #[error("key ring {0}; use a newer privatus")]
    KeyRing(String),
    /// The schema of the database.
    #[error("migration {step}, applied by privatus {tool}", tool = tool.as_deref().unwrap_or("of another version"))]
    Schema {
        /// The newest step: its name, or its number.
        step: String,
        /// The version of the program that applied it, where that is noted.
        tool: Option<String>,
        /// The newest step that this build knows.
        known: Version,
    },
}
