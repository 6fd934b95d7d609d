//! The error of a check.

use privatus_sqlite::SqliteError;

use crate::error::MigrateError;

/// Why steps do not pass the checks.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A step does something it must not, or its sample does not fill what it added.
    #[error("migration {step}: {what}")]
    Step {
        /// The step's folder name.
        step: String,
        /// What is wrong.
        what: String,
    },
    /// The schema after all steps is not as required.
    #[error("{0}")]
    Schema(String),
    /// There was nothing to check; such a check would prove nothing.
    #[error("nothing was checked: no {0}")]
    Nothing(&'static str),
    /// The engine refused a step, as it would in a vault.
    #[error(transparent)]
    Engine(#[from] MigrateError),
}

impl From<SqliteError> for Fault {
    fn from(error: SqliteError) -> Self {
        Self::Engine(error.into())
    }
}

pub(super) fn of_step(step: &str, what: impl Into<String>) -> Fault {
    Fault::Step {
        step: step.into(),
        what: what.into(),
    }
}
