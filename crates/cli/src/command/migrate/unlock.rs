//! Unlocks a vault without changing its schema.

use privatus_store::Migrator;

use crate::args::Arguments;
use crate::failure::Failure;
use crate::notice::warn;
use crate::output;
use crate::progress::schema;
use crate::vault::{path_and_secret, refused_at};

/// Unlocks the vault, whose schema may be older or newer than this build's.
pub(super) fn unlock(arguments: &Arguments) -> Result<Migrator, Failure> {
    let (path, secret) = path_and_secret(arguments)?;
    let migrator = schema::watch(|options| Migrator::unlock(&path, &secret, options));
    let migrator = migrator.map_err(|error| refused_at(&path, error))?;
    if migrator.is_read_only() {
        output::is_read_only();
    }
    for warning in migrator.warnings() {
        warn(warning);
    }
    Ok(migrator)
}
