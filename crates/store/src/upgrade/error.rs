//! Converts errors of the migration engine to errors of the store.

use privatus_migrate::{MigrateError, Newer, State};
use privatus_sqlite::ErrorCode;

use super::STEPS;
use crate::error::{Missing, Rule, StoreError, TooNew};

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        if let Some(sqlite) = error.sqlite() {
            return match Self::from(sqlite) {
                // If a step's own statement breaks a rule or is wrong, blame the step, not the database.
                Self::DatabaseDamaged(_)
                    if !matches!(sqlite.code, ErrorCode::Constraint(_) | ErrorCode::Sql) =>
                {
                    Self::DatabaseDamaged(error.to_string())
                }
                Self::DatabaseDamaged(_) | Self::Rule(_) | Self::Unexpected(_) => {
                    Self::MigrationFailed(error.to_string())
                }
                // System failures have their own texts; the step is not to blame.
                Self::System { doing, fault } => Self::System {
                    doing: error.doing().unwrap_or(doing),
                    fault,
                },
                system => system,
            };
        }
        match error {
            MigrateError::Ledger { .. } => Self::SchemaDiffers(error.to_string()),
            MigrateError::Irreversible { step, reason } => Rule::NoWayBack { step, reason }.into(),
            MigrateError::Unknown(version) => Missing::Migration(version).into(),
            MigrateError::Sealed => Self::DatabaseDamaged("a sealed value does not open".into()),
            // SQLite's errors are handled above.
            MigrateError::Sqlite(_)
            | MigrateError::Statement { .. }
            | MigrateError::Broken { .. }
            | MigrateError::Crypto(_)
            | MigrateError::Host(_) => Self::MigrationFailed(error.to_string()),
        }
    }
}

/// Returns the error for a vault that a newer build wrote.
pub(super) fn newer(newer: &Newer) -> StoreError {
    StoreError::SchemaNewer(TooNew::Schema {
        step: newer.name.clone().unwrap_or_else(|| newer.version.to_string()),
        tool: newer.tool_version.clone(),
        known: STEPS.newest(),
    })
}

/// Returns how many steps are pending; a newer vault is an error.
pub(super) fn known(state: State) -> Result<usize, StoreError> {
    match state {
        State::Current => Ok(0),
        State::Pending(count) => Ok(count),
        State::Newer(found) => Err(newer(&found)),
    }
}

#[cfg(test)]
mod tests {
    use privatus_sqlite::SqliteError;

    use super::*;
    use crate::error::SystemFault;

    /// A disk that does not sync is not the step's fault, but the error names the step.
    #[test]
    fn a_failure_of_the_system_in_a_step_is_the_system_s() {
        // A failed fsync, a failed read, a log that cannot be opened because too many files are open, a file size
        // limit, and no memory.
        for (code, system, fault) in [
            (1_034, Some(5), SystemFault::DiskFails),
            (8_458, None, SystemFault::DiskFails),
            (14, Some(24), SystemFault::TooManyFiles),
            (778, Some(27), SystemFault::FileTooLarge),
            (7, None, SystemFault::NoMemory),
        ] {
            let error = MigrateError::Statement {
                step: "v1".into(),
                statement: "statement 1".into(),
                error: SqliteError {
                    code: ErrorCode::from_raw(code),
                    operation: "run the SQL",
                    os_error: system,
                },
            };
            let told = StoreError::from(error);
            let is_told = matches!(&told, StoreError::System { doing, fault: found } if *found == fault && doing.contains("v1"));
            assert!(is_told, "{code}: {told:?}");
        }
    }
}
