//! Which part of a vault was written by a newer build.

use privatus_migrate::Version;

/// A format that this build does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TooNew {
    /// The key ring has a newer format.
    #[error("key ring {0}; use a newer privatus")]
    KeyRing(String),
    /// A slot of the key ring derives its key in an unknown way, and the secret opens none of the other slots.
    #[error(
        "the secret opens none of the slots that can be tried, and slot {slot} of the key ring derives its key by {kdf}; \
         use a newer privatus, or the other secret (or the secret is wrong, or the key ring was altered)"
    )]
    Kdf {
        /// The slot's id.
        slot: u32,
        /// The name of its key derivation function.
        kdf: String,
    },
    /// The database has a newer schema.
    #[error("migration {step}, applied by privatus {tool} (or the ledger in the database was altered)", tool = tool.as_deref().unwrap_or("of another version"))]
    Schema {
        /// The newest applied migration: its name, or its number.
        step: String,
        /// The version of the program that applied it, if it was recorded.
        tool: Option<String>,
        /// The newest migration that this build knows.
        known: Version,
    },
}
