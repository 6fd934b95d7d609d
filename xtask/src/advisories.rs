//! `cargo xtask advisories`: known vulnerabilities, and unmaintained and yanked versions, among the libraries.
//!
//! It needs RustSec's advisory database, which changes every day: it is not part of `.ci/run`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::deny::{self, DENY};
use crate::process;
use crate::workspace::Workspace;

/// The database, as `deny.toml` names it.
const URL: &str = "https://github.com/RustSec/advisory-db";
/// The branch that cargo-deny reads.
const BRANCH: &str = "main";

/// Where the database comes from.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Read the database from a local git clone instead of GitHub
    #[arg(long, value_name = "PATH")]
    database: Option<PathBuf>,
}

/// Checks the libraries in both lock files.
///
/// # Errors
/// When the database cannot be fetched, or has an advisory for a library in use that `deny.toml` does not list.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let clone = match &options.database {
        Some(path) => Some(
            path.canonicalize()
                .with_context(|| format!("no database at {}", path.display()))?,
        ),
        None => None,
    };
    let clone = clone.as_deref();
    process::output(from(clone, Command::new("git").args(["ls-remote", "--exit-code", "--heads", URL, BRANCH])))
        .with_context(|| match clone {
            Some(path) => format!("{} is not a git clone with a branch {BRANCH}", path.display()),
            None => format!(
                "cannot fetch the advisory database from {URL}: check the network, or clone it on another machine and pass \
                 --database PATH"
            ),
        })?;
    let program = DENY.install(workspace)?;
    for manifest in deny::MANIFESTS {
        println!("advisories: {manifest}");
        process::run(from(
            clone,
            deny::check(workspace, &program, manifest).arg("advisories"),
        ))?;
    }
    Ok(())
}

/// Has git read the clone where a command names the database's address.
fn from<'a>(clone: Option<&Path>, command: &'a mut Command) -> &'a mut Command {
    command.env("GIT_TERMINAL_PROMPT", "0");
    if let Some(path) = clone {
        command
            .env("GIT_CONFIG_COUNT", "1")
            .env(
                "GIT_CONFIG_KEY_0",
                format!("url.file://{}.insteadOf", path.display()),
            )
            .env("GIT_CONFIG_VALUE_0", URL);
    }
    command
}
