//! Why a step, or reading the ledger, failed.

use privatus_crypto::{CryptoError, OpenError};
use privatus_sqlite::SqliteError;

use crate::version::Version;

/// A refusal or failure; in every case the database is as it was before the step. Not `#[non_exhaustive]`, so that the
/// compiler reports a new variant to the store, which explains each one.
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
        /// The statement, by number and first words, or the action.
        statement: String,
        /// SQLite's error.
        error: SqliteError,
    },
    /// The ledger contains something that this build cannot accept.
    #[error("migration {step} {how}")]
    Ledger {
        /// The step.
        step: String,
        /// The problem, in words that follow the step's name.
        how: &'static str,
    },
    /// A step did something it must not.
    #[error("migration {step}: {what}")]
    Broken {
        /// The step.
        step: String,
        /// What it did, with counts.
        what: String,
    },
    /// A step cannot be taken back.
    #[error("migration {step} cannot be taken back: {reason}")]
    Irreversible {
        /// The step.
        step: String,
        /// The reason.
        reason: String,
    },
    /// There is no step with this number.
    #[error("no migration {0} was applied to this vault")]
    Unknown(Version),
    /// A sealed value did not open.
    #[error("a sealed value does not open")]
    Sealed,
    /// An error of sealing or of randomness.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// The step's host failed, with its own message.
    #[error("{0}")]
    Host(String),
}

impl From<OpenError> for MigrateError {
    fn from(_: OpenError) -> Self {
        Self::Sealed
    }
}

impl MigrateError {
    /// Adds the step and the action in which SQLite failed, if not already known.
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

    /// The step and the statement in which SQLite failed, if known.
    #[must_use]
    pub fn doing(&self) -> Option<String> {
        match self {
            Self::Statement { step, statement, .. } => Some(format!("migration {step}, {statement}")),
            _ => None,
        }
    }

    /// SQLite's error, if there is one.
    #[must_use]
    pub const fn sqlite(&self) -> Option<SqliteError> {
        match self {
            Self::Sqlite(error) | Self::Statement { error, .. } => Some(*error),
            _ => None,
        }
    }
}
