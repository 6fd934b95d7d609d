//! Programs of crates.io that other commands run: installed under `target/tools`, at the version that `Cargo.toml` pins.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::workspace::Workspace;

const ROOT: &str = "target/tools";

/// Where tools are built, and removed afterwards. They share it: a library that two of them need is built once.
const BUILD: &str = "target/tools/build";

/// How tools are built: for a short build. Each of them runs for seconds, and a new machine builds them all.
const PROFILE: &[(&str, &str)] = &[
    ("CARGO_PROFILE_DEV_OPT_LEVEL", "0"),
    ("CARGO_PROFILE_DEV_DEBUG", "false"),
    ("CARGO_INCREMENTAL", "0"),
];

/// A program of crates.io.
pub(crate) struct Tool {
    /// Its package there, and its name under `[workspace.metadata.tools]`.
    pub(crate) package: &'static str,
    pub(crate) program: &'static str,
    /// The arguments that make it print its version.
    pub(crate) version: &'static [&'static str],
    /// Options of `cargo install`, such as its features.
    pub(crate) options: &'static [&'static str],
}

impl Tool {
    /// Returns the program, and installs it first when it is missing or has another version.
    ///
    /// # Errors
    /// When no version is pinned, or when that version cannot be installed.
    pub(crate) fn install(&self, workspace: &Workspace) -> Result<PathBuf> {
        install_all(workspace, &[self])?;
        Ok(self.path(workspace))
    }

    /// Returns the program without building it: the one under `target/tools`, or one on the `PATH`, if it is of the
    /// pinned version or a later one.
    ///
    /// # Errors
    /// When no version is pinned.
    pub(crate) fn find(&self, workspace: &Workspace) -> Result<Option<PathBuf>> {
        let pinned = numbers(workspace.tool_version(self.package)?);
        Ok([self.path(workspace), PathBuf::from(self.program)]
            .into_iter()
            .find(|program| {
                pinned.is_some() && self.words(program).iter().any(|word| numbers(word) >= pinned)
            }))
    }

    fn path(&self, workspace: &Workspace) -> PathBuf {
        let name = format!("{}{}", self.program, std::env::consts::EXE_SUFFIX);
        workspace.path(ROOT).join("bin").join(name)
    }

    fn build(&self, workspace: &Workspace, version: &str) -> Result<()> {
        let (package, begun) = (self.package, Instant::now());
        eprintln!("installing {package} {version} under {ROOT}");
        process::run(
            process::cargo()
                .args(["install", "--locked", "--force", "--debug"])
                .args([package, "--version", version])
                .args(self.options)
                .arg("--root")
                .arg(workspace.path(ROOT))
                .arg("--target-dir")
                .arg(workspace.path(BUILD))
                .envs(PROFILE.iter().copied())
                .current_dir(workspace.root()),
        )?;
        let program = self.path(workspace);
        if !self.has_version(&program, version) {
            bail!(
                "{} does not say that it is {package} {version}",
                program.display()
            );
        }
        eprintln!("installed {package} {version} in {} s", begun.elapsed().as_secs());
        Ok(())
    }

    fn has_version(&self, program: &Path, version: &str) -> bool {
        self.words(program).iter().any(|word| word == version)
    }

    /// The words that the program prints of its version; none if it cannot be started.
    fn words(&self, program: &Path) -> Vec<String> {
        let output = Command::new(program).args(self.version).output();
        let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        let text = text.unwrap_or_default();
        text.split_whitespace().map(str::to_owned).collect()
    }
}

/// `1.2.3` as numbers, which compare as versions do.
fn numbers(version: &str) -> Option<Vec<u64>> {
    let numbers: Option<Vec<u64>> = version.split('.').map(|part| part.parse().ok()).collect();
    numbers.filter(|numbers| numbers.len() == 3)
}

/// Installs the tools that are missing or have another version.
///
/// # Errors
/// When one of them is not pinned or cannot be installed.
pub(crate) fn install_all(workspace: &Workspace, tools: &[&Tool]) -> Result<()> {
    for tool in tools {
        let version = workspace.tool_version(tool.package)?;
        if !tool.has_version(&tool.path(workspace), version) {
            tool.build(workspace, version)?;
        }
    }
    let build = workspace.path(BUILD);
    if build.exists() {
        fs::remove_dir_all(&build).with_context(|| format!("removing {}", build.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn versions_compare_by_their_numbers() {
        assert!(numbers("0.9.143") > numbers("0.9.99"));
        assert!(numbers("1.0.0") > numbers("0.9.143"));
        assert!(numbers("0.9.0") > numbers("(60fa45f63"));
        assert_eq!(numbers("2026-08-04"), None);
        assert_eq!(numbers("1.2"), None);
    }
}
