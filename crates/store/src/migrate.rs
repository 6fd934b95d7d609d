//! The embedded migrations: all of them at creation, none unknown at open.

use diesel::migration::MigrationSource;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::connection::Link;
use crate::error::StoreError;
use crate::sql::Sql;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// Applies every migration to an empty database.
pub(crate) fn run_all(link: &mut Link) -> Result<(), StoreError> {
    let result = link
        .diesel()
        .run_pending_migrations(MIGRATIONS)
        .map(drop)
        .map_err(drop);
    match result {
        Ok(()) => fill_ledger(link),
        Err(()) if link.raw().last_error().is_full() => Err(StoreError::DiskFull),
        Err(()) => Err(StoreError::Unexpected(
            "a migration failed while the vault was made".into(),
        )),
    }
}

/// The specification's `schema_migrations`: a row a step, its version the digits of diesel's.
fn fill_ledger(link: &mut Link) -> Result<(), StoreError> {
    let sql = Sql::new(
        "INSERT INTO schema_migrations (version, description) \
         SELECT CAST(replace(version, '-', '') AS INTEGER), version FROM __diesel_schema_migrations \
         ORDER BY version",
    );
    link.run(sql, "note the migrations").map(drop)
}

/// Compares what was applied with what this build knows; touches nothing.
pub(crate) fn check_current(link: &mut Link) -> Result<(), StoreError> {
    let sql = Sql::<Text>::new("SELECT version FROM __diesel_schema_migrations ORDER BY version");
    let applied: Vec<String> = link.rows(sql, "read the migrations")?;
    let known = MigrationSource::<Sqlite>::migrations(&MIGRATIONS)
        .map_err(|_| StoreError::Unexpected("the embedded migrations cannot be read".into()))?;
    let known: Vec<String> = known
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect();
    if let Some(newer) = applied.iter().find(|version| !known.contains(version)) {
        return Err(StoreError::SchemaNewer(newer.clone()));
    }
    match known.iter().find(|version| !applied.contains(version)) {
        Some(missing) => Err(StoreError::SchemaDiffers(format!(
            "step {missing} was never applied"
        ))),
        None => Ok(()),
    }
}
