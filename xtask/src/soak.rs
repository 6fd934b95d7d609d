//! `cargo xtask soak`: runs the model-based state machine of `tests/tests/vault/machine` for a given time.

use anyhow::Result;

use crate::process;
use crate::workspace::Workspace;

/// How long, and from which seed.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How many minutes to run
    #[arg(long, value_name = "N")]
    minutes: u64,
    /// The seed that a failure printed, 64 hexadecimal digits [default: a new one]
    #[arg(long, value_name = "SEED")]
    seed: Option<String>,
}

/// Runs stories until the time is over or one fails. Prints the seed, the number of steps and the shrunk story.
///
/// # Errors
/// When a story fails or the tests do not build.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let mut cargo = process::cargo();
    cargo
        .args(["test", "--workspace", "--test", "vault", "--"])
        .args(["--exact", "machine::soak::soak", "--ignored", "--nocapture"])
        .env("PRIVATUS_SOAK_MINUTES", options.minutes.to_string())
        .current_dir(workspace.root());
    match &options.seed {
        Some(seed) => cargo.env("PRIVATUS_SOAK_SEED", seed),
        None => cargo.env_remove("PRIVATUS_SOAK_SEED"),
    };
    process::run(&mut cargo)
}
