//! The embedded migrations, run at creation; `ledger` checks them at open.

use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::connection::Link;
use crate::error::StoreError;
use crate::ledger;

pub(crate) const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// Applies every migration to an empty database.
pub(crate) fn run_all(link: &mut Link) -> Result<(), StoreError> {
    let result = link
        .diesel()
        .run_pending_migrations(MIGRATIONS)
        .map(drop)
        .map_err(drop);
    match result {
        Ok(()) => ledger::fill(link),
        Err(()) if link.raw().last_error().is_full() => Err(StoreError::DiskFull),
        Err(()) => Err(StoreError::Unexpected(
            "a migration failed while the vault was made".into(),
        )),
    }
}
