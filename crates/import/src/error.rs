//! Why an import ended early. What was committed before stays, and a second import completes it.

use std::path::PathBuf;

use privatus_store::StoreError;

use crate::legacy::LegacyError;

/// An import that did not finish. Not `#[non_exhaustive]`, as [`StoreError`]: whoever maps it hears of a new variant from the
/// compiler.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The source cannot be read at all, or ends too early.
    #[error("{path}: {why}")]
    Source {
        /// The source.
        path: PathBuf,
        /// What is wrong, where, and what to do.
        why: String,
    },
    /// Rights were to be taken out of an export that is not as it was written. Nothing was imported.
    #[error("{path}: {why}; rights are taken only out of an export that is whole, so nothing was imported")]
    Unvouched {
        /// The source.
        path: PathBuf,
        /// What is wrong, and where.
        why: String,
    },
    /// The source is a database of the Python application, and cannot be read, or its password is wrong.
    #[error(transparent)]
    Legacy(#[from] LegacyError),
    /// The source was read to its end, and some of it could not be taken over.
    #[error("{path}: a part could not be read ({reasons})")]
    Partial {
        /// The source.
        path: PathBuf,
        /// Reasons and counts.
        reasons: String,
    },
    /// No chat of the source has the name that was asked for.
    #[error("not found: a chat named {0} in the export")]
    NoChat(String),
    /// Whoever is said to be the vault's user writes nothing in the source.
    #[error("not found: {0} writes nothing in the export; nothing was imported")]
    NoWriter(String),
    /// Several writers of the source have the name that is said to be the vault's user's.
    #[error("{name} is the name of several writers in the export ({ids}); nothing was imported")]
    ManyWriters {
        /// The name.
        name: String,
        /// The first of their ids.
        ids: String,
    },
    /// The caller asked to stop.
    #[error("stopped; what was imported stays, and the same command completes it")]
    Stopped,
    /// The vault refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}
