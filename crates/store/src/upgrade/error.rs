//! What the engine says, as the store says it.

use privatus_migrate::{MigrateError, Newer, State};

use super::STEPS;
use crate::error::StoreError;

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        if let Some(sqlite) = error.sqlite() {
            return match Self::from(sqlite) {
                full @ (Self::DiskFull | Self::Busy(_) | Self::Denied(_) | Self::Interrupted) => full,
                Self::DatabaseDamaged(_) => Self::DatabaseDamaged(error.to_string()),
                _ => Self::MigrationFailed(error.to_string()),
            };
        }
        match error {
            MigrateError::Ledger { .. } => Self::SchemaDiffers(error.to_string()),
            MigrateError::Irreversible { .. } => Self::Refused(format!("{error}; nothing was changed")),
            MigrateError::Unknown(_) => Self::NotFound(error.to_string()),
            MigrateError::Sealed => Self::DatabaseDamaged("a sealed value does not open".into()),
            _ => Self::MigrationFailed(error.to_string()),
        }
    }
}

/// A vault of a newer build, and what to do.
pub(super) fn newer(newer: &Newer) -> StoreError {
    let step = newer.name.clone().unwrap_or_else(|| newer.version.to_string());
    let tool = newer.tool_version.as_deref().unwrap_or("of another version");
    StoreError::SchemaNewer(format!(
        "migration {step}, applied by privatus {tool}; use a newer privatus, or step back with `privatus migrate down --to {}`",
        STEPS.newest()
    ))
}

/// How many steps are pending; a newer vault is an error.
pub(super) fn known(state: State) -> Result<usize, StoreError> {
    match state {
        State::Current => Ok(0),
        State::Pending(count) => Ok(count),
        State::Newer(found) => Err(newer(&found)),
    }
}
