//! Why an import ended early. What was committed stays, and importing again completes it.

use std::path::PathBuf;

use privatus_store::StoreError;

use crate::legacy::LegacyError;

/// An import that did not finish. Not `#[non_exhaustive]`, like [`StoreError`], so that the compiler reports a new
/// variant to every caller that maps it.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The source cannot be read at all, or ends too early.
    #[error("{path} {why}")]
    Source {
        /// The source.
        path: PathBuf,
        /// What is wrong and where, and what to do: begins with a verb whose subject is the path.
        why: String,
    },
    /// Rights were requested from an export that was altered or damaged. Nothing was imported.
    #[error("{path} {why}; rights are only imported from an intact export, so nothing was imported")]
    Unvouched {
        /// The source.
        path: PathBuf,
        /// What is wrong and where: begins with a verb whose subject is the path.
        why: String,
    },
    /// The source is a database of the Python application that cannot be read, or the password is wrong.
    #[error(transparent)]
    Legacy(#[from] LegacyError),
    /// The source was read to its end, but parts of it could not be imported.
    #[error("{path}: some of it could not be read ({reasons})")]
    Partial {
        /// The source.
        path: PathBuf,
        /// The reasons, with counts.
        reasons: String,
    },
    /// The source has no chat with the requested name.
    #[error("not found: chat “{0}” in the export; nothing was imported")]
    NoChat(String),
    /// The person named as the vault's user has no messages in the source.
    #[error("no messages by “{0}” in the export; nothing was imported")]
    NoWriter(String),
    /// Several people in the source have the name given for the vault's user.
    #[error("several writers in the export have the name {name} ({ids}); nothing was imported")]
    ManyWriters {
        /// The name.
        name: String,
        /// The first of their ids.
        ids: String,
    },
    /// The caller asked to stop.
    #[error("stopped; what was imported stays, and the same command completes it")]
    Stopped,
    /// The vault reported an error.
    #[error(transparent)]
    Store(#[from] StoreError),
}
