//! Runs other programs. A failure names the command and ends the run.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Runs a command with its output visible.
///
/// # Errors
/// When it cannot be started or does not exit with 0.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("starting {command:?}"))?;
    if !status.success() {
        bail!("{command:?} failed: {status}");
    }
    Ok(())
}

/// Runs a command and returns its standard output. Its standard error stays visible.
///
/// # Errors
/// When it cannot be started, does not exit with 0, or does not write UTF-8.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("starting {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} failed: {}", output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("reading the output of {command:?}"))
}

/// The cargo that runs this tool.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_command_is_an_error() {
        assert!(run(cargo().arg("no-such-subcommand").stderr(Stdio::null())).is_err());
        assert!(output(&mut Command::new("a-program-that-is-not-there")).is_err());
        assert!(output(cargo().arg("--version")).is_ok_and(|text| text.starts_with("cargo ")));
    }
}
