//! `cargo xtask ci`: runs the script that continuous integration runs. There is one list of steps.

use std::process::Command;

use anyhow::Result;

use crate::process;
use crate::workspace::Workspace;

/// Runs `.ci/run`.
///
/// # Errors
/// When any step fails.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    process::run(
        Command::new("bash")
            .arg(workspace.path(".ci/run"))
            .current_dir(workspace.root()),
    )
}
