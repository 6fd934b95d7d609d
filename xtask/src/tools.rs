//! `cargo xtask tools`: installs the tools that `.ci/run` needs, so that the time it takes is a step of its own.

use anyhow::Result;

use crate::codegen::DIESEL;
use crate::deny::DENY;
use crate::machete::MACHETE;
use crate::mutants::MUTANTS;
use crate::tool::{self, Tool};
use crate::workspace::Workspace;

/// cargo-nextest is not among them: `.ci/run` runs the tests with `cargo test`.
const NEEDED: &[&Tool] = &[&DIESEL, &MUTANTS, &DENY, &MACHETE];

/// Installs what is missing, or is not of the pinned version.
///
/// # Errors
/// When a tool cannot be installed.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    tool::install_all(workspace, NEEDED)?;
    for tool in NEEDED {
        println!(
            "tools: {} {}",
            tool.package,
            workspace.tool_version(tool.package)?
        );
    }
    Ok(())
}
