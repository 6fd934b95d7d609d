//! `cargo xtask deny`: the licences, the sources and the duplicates of the libraries in both lock files, against `deny.toml`.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::process;
use crate::tool::Tool;
use crate::workspace::Workspace;

pub(crate) const DENY: Tool = Tool {
    package: "cargo-deny",
    program: "cargo-deny",
    version: &["--version"],
    options: &[],
};

/// `fuzz` has its own workspace and lock file.
pub(crate) const MANIFESTS: &[&str] = &["Cargo.toml", "fuzz/Cargo.toml"];

/// What does not fail for `fuzz`: exceptions that only the workspace needs.
const WORKSPACE_ONLY: &[&str] = &[
    "license-not-encountered",
    "license-exception-not-encountered",
    "unmatched-skip",
    "unnecessary-skip",
];

/// Runs cargo-deny over the workspace and over `fuzz`.
///
/// # Errors
/// When a library has a licence, a source or a second version that `deny.toml` does not allow, or when the workspace does
/// not need an exception in it.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let program = DENY.install(workspace)?;
    for (number, manifest) in MANIFESTS.iter().enumerate() {
        println!("deny: {manifest}");
        let mut deny = check(workspace, &program, manifest);
        let level = if number == 0 { "--deny" } else { "--allow" };
        for code in WORKSPACE_ONLY {
            deny.args([level, code]);
        }
        process::run(deny.args(["bans", "licenses", "sources"]))?;
    }
    Ok(())
}

/// `cargo deny check` for one manifest, without the names of the checks.
pub(crate) fn check(workspace: &Workspace, program: &Path, manifest: &str) -> Command {
    let mut command = Command::new(program);
    command
        .arg("--locked")
        .arg("--manifest-path")
        .arg(workspace.path(manifest))
        .arg("--config")
        .arg(workspace.path("deny.toml"))
        .args(["check", "--hide-inclusion-graph"])
        .current_dir(workspace.root());
    command
}
