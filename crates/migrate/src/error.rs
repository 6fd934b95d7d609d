//! Why a step, or a look at the ledger, ended.

use privatus_crypto::{CryptoError, OpenError};
use privatus_sqlite::SqliteError;

use crate::version::Version;

/// A refusal or failure; whatever it is, the database is as it was before the step. Not `#[non_exhaustive]`: the store says
/// of each what it means for a vault, and hears of a new one from the compiler.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// SQLite failed.
    #[error(transparent)]
    Sqlite(#[from] SqliteError),
    /// A statement of a step failed.
    #[error("migration {step}, {statement}: {error}")]
    Statement {
        /// The step.
        step: String,
        /// Which statement, by number and first words, or what was done.
        statement: String,
        /// What SQLite said.
        error: SqliteError,
    },
    /// The ledger says something that this build cannot take for true.
    #[error("migration {step} {how}")]
    Ledger {
        /// The step.
        step: String,
        /// What is wrong with it, in words that follow its name.
        how: &'static str,
    },
    /// A step did what it must not.
    #[error("migration {step}: {what}")]
    Broken {
        /// The step.
        step: String,
        /// What it did, with counts.
        what: String,
    },
    /// A step has no way back.
    #[error("migration {step} cannot be taken back: {reason}")]
    Irreversible {
        /// The step.
        step: String,
        /// Why.
        reason: String,
    },
    /// No step has this number.
    #[error("no migration {0} was applied to this vault")]
    Unknown(Version),
    /// A sealed value did not open.
    #[error("a sealed value does not open")]
    Sealed,
    /// Randomness or a length.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// The caller of a step's host failed, in its own words.
    #[error("{0}")]
    Host(String),
}

impl From<OpenError> for MigrateError {
    fn from(_: OpenError) -> Self {
        Self::Sealed
    }
}

impl MigrateError {
    /// Says in which step, and at what, SQLite failed, where that is not said yet.
    pub(crate) fn in_step(self, step: &str, doing: &str) -> Self {
        match self {
            Self::Sqlite(error) => Self::Statement {
                step: step.into(),
                statement: doing.into(),
                error,
            },
            other => other,
        }
    }

    /// The step and the statement that SQLite failed at, where they are known.
    #[must_use]
    pub fn doing(&self) -> Option<String> {
        match self {
            Self::Statement { step, statement, .. } => Some(format!("migration {step}, {statement}")),
            _ => None,
        }
    }

    /// What SQLite answered, where it did.
    #[must_use]
    pub const fn sqlite(&self) -> Option<SqliteError> {
        match self {
            Self::Sqlite(error) | Self::Statement { error, .. } => Some(*error),
            _ => None,
        }
    }
}
