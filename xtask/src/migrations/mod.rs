//! `cargo xtask migrations`: creates a step, checks all steps, and keeps vaults of released schemas.

mod exceptions;
mod fixture;
mod frozen;
mod new;
mod verify;

use anyhow::Result;
use clap::Subcommand;

use crate::codegen;
use crate::process;
use crate::workspace::Workspace;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Create the next step: its folder with files, its entry in the list and its test.
    New(new::Options),
    /// Check every step: up, down and up again over filled tables, keys, indexes, released checksums, fixtures, and the
    /// files of `codegen`.
    Verify,
    /// Store a vault of a schema version as a fixture. This releases the step, which must never change afterwards.
    Fixture(fixture::Options),
}

/// Runs one of the commands.
///
/// # Errors
/// When the command fails or finds a fault.
pub(crate) fn run(workspace: &Workspace, command: Command) -> Result<()> {
    match command {
        Command::New(options) => {
            let today = fixture::now()?.to_sql();
            let today = today.split(' ').next().unwrap_or_default();
            for line in new::run(workspace.root(), today, &options)? {
                println!("migrations: {line}");
            }
            // The length of the name decides where lines break.
            process::run(
                process::cargo()
                    .args(["fmt", "--all"])
                    .current_dir(workspace.root()),
            )?;
        }
        Command::Verify => {
            for line in verify::run(workspace)? {
                println!("migrations: {line}");
            }
            codegen::run(workspace, true)?;
        }
        Command::Fixture(options) => fixture::run(workspace, &options)?,
    }
    Ok(())
}
