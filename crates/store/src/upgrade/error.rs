//! What the engine says, as the store says it.

use privatus_migrate::{MigrateError, Newer, State};
use privatus_sqlite::ErrorCode;

use super::STEPS;
use crate::error::{Missing, Rule, StoreError, TooNew};

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        if let Some(sqlite) = error.sqlite() {
            return match Self::from(sqlite) {
                full @ (Self::DiskFull | Self::Busy(_) | Self::Denied(_) | Self::Interrupted) => full,
                // A step's own statement may break a rule or be wrong: that is the step's fault before it is the database's.
                Self::DatabaseDamaged(_)
                    if !matches!(sqlite.code, ErrorCode::Constraint(_) | ErrorCode::Sql) =>
                {
                    Self::DatabaseDamaged(error.to_string())
                }
                _ => Self::MigrationFailed(error.to_string()),
            };
        }
        match error {
            MigrateError::Ledger { .. } => Self::SchemaDiffers(error.to_string()),
            MigrateError::Irreversible { step, reason } => Rule::NoWayBack { step, reason }.into(),
            MigrateError::Unknown(version) => Missing::Migration(version).into(),
            MigrateError::Sealed => Self::DatabaseDamaged("a sealed value does not open".into()),
            // SQLite's are mapped above.
            MigrateError::Sqlite(_)
            | MigrateError::Statement { .. }
            | MigrateError::Broken { .. }
            | MigrateError::Crypto(_)
            | MigrateError::Host(_) => Self::MigrationFailed(error.to_string()),
        }
    }
}

/// A vault of a newer build.
pub(super) fn newer(newer: &Newer) -> StoreError {
    StoreError::SchemaNewer(TooNew::Schema {
        step: newer.name.clone().unwrap_or_else(|| newer.version.to_string()),
        tool: newer.tool_version.clone(),
        known: STEPS.newest(),
    })
}

/// How many steps are pending; a newer vault is an error.
pub(super) fn known(state: State) -> Result<usize, StoreError> {
    match state {
        State::Current => Ok(0),
        State::Pending(count) => Ok(count),
        State::Newer(found) => Err(newer(&found)),
    }
}
