//! The time and the highest use of memory of a command.
//!
//! A separate process runs the command: the system reports only the highest use of all children of a process, and a
//! child starts with the highest use of the process that started it.

use std::ffi::OsString;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// The command that a separate process runs.
#[derive(clap::Args)]
pub(crate) struct Child {
    /// The program and its arguments.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    command: Vec<OsString>,
}

/// What a command took.
pub(super) struct Taken {
    pub(super) seconds: f64,
    /// The highest use of memory, in MB (10⁶ bytes).
    pub(super) peak: f64,
}

/// Runs a command, its output dropped, and prints what it took as JSON for [`measure`].
///
/// # Errors
/// If the command fails; the message includes its standard error.
pub(crate) fn run(child: &Child) -> Result<()> {
    let (program, words) = child.command.split_first().context("no program is named")?;
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::null()).stdout(Stdio::null());
    let begun = Instant::now();
    let output = command.stderr(Stdio::piped()).output();
    let output = output.with_context(|| format!("starting {command:?}"))?;
    let seconds = begun.elapsed().as_secs_f64();
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{command:?} failed: {}: {}", output.status, said.trim());
    }
    println!(
        "{}",
        json!({ "seconds": seconds, "peak_kib": children_peak_kib()? })
    );
    Ok(())
}

/// Runs a command through another process of this program.
pub(super) fn measure(command: &Command) -> Result<Taken> {
    let mut helper = Command::new(std::env::current_exe()?);
    helper
        .args(["bench-child", "--"])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => helper.env(name, value),
            None => helper.env_remove(name),
        };
    }
    let said = crate::process::output(&mut helper)?;
    let said: Value = serde_json::from_str(&said).context("reading what the child process printed")?;
    let number = |key: &str| {
        said.get(key)
            .and_then(Value::as_f64)
            .context("the child process printed no number")
    };
    Ok(Taken {
        seconds: number("seconds")?,
        peak: number("peak_kib")? * 1_024.0 / 1e6,
    })
}

/// The highest use of memory of the children that ended, in KiB.
#[cfg(target_os = "linux")]
fn children_peak_kib() -> Result<i64> {
    use nix::sys::resource::{UsageWho, getrusage};
    Ok(getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss())
}

#[cfg(not(target_os = "linux"))]
fn children_peak_kib() -> Result<i64> {
    bail!("the highest use of memory can be measured only on Linux")
}
