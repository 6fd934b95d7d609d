//! `migrate`: the steps of a vault's schema, and what becomes a vault.

mod baseline;
mod down;
mod plan;
mod snapshot;
mod status;
mod up;
mod verify;
mod version;

use privatus_store::Migrator;
pub(crate) use up::tell_upgrade;

use super::path_and_secret;
use crate::args::{Arguments, Migrate};
use crate::failure::Failure;
use crate::progress::schema;
use crate::text::one_line;

pub(crate) fn run(arguments: &Arguments, command: &Migrate) -> Result<u8, Failure> {
    match command {
        Migrate::Status => status::run(arguments),
        Migrate::Up => up::run(arguments),
        Migrate::Down(down) => down::run(arguments, down),
        Migrate::Verify => verify::run(arguments),
        Migrate::Baseline(baseline) => baseline::run(arguments, baseline),
    }
}

/// Unlocks the vault as it is: its schema may be older or newer than this build's.
fn unlock(arguments: &Arguments) -> Result<Migrator, Failure> {
    let (path, secret) = path_and_secret(arguments)?;
    Ok(schema::watch(|options| {
        Migrator::unlock(&path, &secret, options)
    })?)
}

/// A line on standard output; a newer build, or whoever altered a ledger, wrote parts of it.
fn say(text: &str) -> Result<(), Failure> {
    crate::output::line(&one_line(text, 1_000))
}
