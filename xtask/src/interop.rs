//! `cargo xtask interop`: a vault is read by a program that shares no code with this workspace.

use anyhow::{Result, bail};

use crate::workspace::Workspace;

/// Not there yet.
///
/// # Errors
/// Always.
pub(crate) fn run(_workspace: &Workspace) -> Result<()> {
    bail!("the tool has no commands to build a vault with yet")
}
