//! `cargo xtask migrations`: a new step, the checks of all of them, and vaults that are kept for ever.

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
    /// Make the folder of the next step, with its files, its entry in the list and its test.
    New(new::Options),
    /// Check every step: up, down and up again over filled tables, keys, indexes, released checksums, fixtures, and what
    /// `codegen` writes.
    Verify,
    /// Keep a vault of a schema's version for ever, which releases its step: it never changes from then on.
    Fixture(fixture::Options),
}

/// Runs one of them.
///
/// # Errors
/// What it finds wrong.
pub(crate) fn run(workspace: &Workspace, command: Command) -> Result<()> {
    match command {
        Command::New(options) => {
            let today = fixture::now()?.to_sql();
            let today = today.split(' ').next().unwrap_or_default();
            for line in new::run(workspace.root(), today, &options)? {
                println!("migrations: {line}");
            }
            // How long the name is decides where lines are broken.
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
