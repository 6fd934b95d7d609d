//! `cargo xtask machete`: dependencies that no source file names.

use std::process::Command;

use anyhow::{Context, Result};

use crate::process;
use crate::tool::Tool;
use crate::workspace::Workspace;

pub(crate) const MACHETE: Tool = Tool {
    package: "cargo-machete",
    program: "cargo-machete",
    version: &["--version"],
    options: &[],
};

/// Runs cargo-machete over every member, and over `fuzz`.
///
/// # Errors
/// When a crate does not use a dependency that its manifest lists.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let folders = workspace.members()?.into_iter().chain(["fuzz".to_owned()]);
    process::run(
        Command::new(MACHETE.install(workspace)?)
            // Also dependencies of tests and of one platform.
            .arg("--with-metadata")
            .args(folders)
            .current_dir(workspace.root()),
    )
    .context("remove the dependency, or list it with the reason under [package.metadata.cargo-machete]")
}
