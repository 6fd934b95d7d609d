//! Why an import ended early. What was committed before stays, and a second import completes it.

use std::path::PathBuf;

use privatus_store::StoreError;

use crate::legacy::LegacyError;

/// An import that did not finish.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The source cannot be read at all, or ends too early (25).
    #[error("{path}: {why}")]
    Source {
        /// The source.
        path: PathBuf,
        /// What is wrong, where, and what to do.
        why: String,
    },
    /// The source is a database of the Python application, and cannot be read (25), or its password is wrong (10).
    #[error(transparent)]
    Legacy(#[from] LegacyError),
    /// The source was read to its end, and some of it could not be taken over (25).
    #[error("{path}: a part could not be read ({reasons})")]
    Partial {
        /// The source.
        path: PathBuf,
        /// Reasons and counts.
        reasons: String,
    },
    /// The caller asked to stop.
    #[error("stopped; what was imported stays, and the same command completes it")]
    Stopped,
    /// The vault refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ImportError {
    /// The tool's exit code (DESIGN section 10).
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Legacy(LegacyError::NothingOpens { .. } | LegacyError::OriginalPathWrong { .. }) => 10,
            Self::Source { .. } | Self::Partial { .. } | Self::Legacy(_) => 25,
            Self::Stopped => 130,
            Self::Store(error) => error.exit_code(),
        }
    }
}
