//! `cargo xtask test`: the workspace's tests with cargo-nextest, each in its own process, and then the examples in docs.
//!
//! `.ci/run` uses `cargo test`, as the README does. `.config/nextest.toml` has nextest's settings.

use std::process::Command;

use anyhow::Result;

use crate::process;
use crate::tool::Tool;
use crate::workspace::Workspace;

const NEXTEST: Tool = Tool {
    package: "cargo-nextest",
    program: "cargo-nextest",
    version: &["nextest", "--version"],
    options: &["--no-default-features", "--features", "default-no-update"],
};

/// What is passed on to `cargo nextest run`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Filters and options of `cargo nextest run`, such as `-E 'test(group)'`; with any, examples in docs do not run
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGS")]
    rest: Vec<String>,
}

/// Runs the tests, with the cargo-nextest of the machine if it has the pinned version.
///
/// # Errors
/// When a test fails, or cargo-nextest cannot be installed.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let program = match NEXTEST.find(workspace)? {
        Some(program) => program,
        None => NEXTEST.install(workspace)?,
    };
    // The tests of the tool build it themselves; without this, the first ones would look slow.
    process::run(
        process::cargo()
            .args(["build", "--package", "privatus-cli", "--locked"])
            .current_dir(workspace.root()),
    )?;
    process::run(
        Command::new(program)
            .args(["nextest", "run", "--workspace", "--locked"])
            .args(&options.rest)
            .current_dir(workspace.root()),
    )?;
    if options.rest.is_empty() {
        process::run(
            process::cargo()
                .args(["test", "--workspace", "--doc", "--locked"])
                .current_dir(workspace.root()),
        )?;
    }
    Ok(())
}
