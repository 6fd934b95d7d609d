//! Tools that other commands run: installed under `target/tools`, at the version that `Cargo.toml` pins.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::process;
use crate::workspace::Workspace;

/// A tool of crates.io.
pub(crate) struct Tool {
    /// Its name there, and under `[workspace.metadata.tools]`.
    pub(crate) package: &'static str,
    pub(crate) program: &'static str,
    /// What to ask it for its version.
    pub(crate) version: &'static [&'static str],
    /// How it is built.
    pub(crate) options: &'static [&'static str],
}

impl Tool {
    /// The program, installed when it is missing or of another version.
    ///
    /// # Errors
    /// When no version is pinned, or that one cannot be installed.
    pub(crate) fn install(&self, workspace: &Workspace) -> Result<PathBuf> {
        let (package, version) = (self.package, workspace.tool_version(self.package)?);
        let root = workspace.path("target/tools");
        let name = format!("{}{}", self.program, std::env::consts::EXE_SUFFIX);
        let program = root.join("bin").join(name);
        if self.has_version(&program, version) {
            return Ok(program);
        }
        eprintln!("installing {package} {version} under target/tools");
        process::run(
            process::cargo()
                .args(["install", "--locked", "--force", package, "--version", version])
                .args(self.options)
                .arg("--root")
                .arg(&root)
                .current_dir(workspace.root()),
        )?;
        if !self.has_version(&program, version) {
            bail!(
                "{} is not {package} {version} after it was installed",
                program.display()
            );
        }
        Ok(program)
    }

    fn has_version(&self, program: &Path, version: &str) -> bool {
        program.is_file()
            && Command::new(program)
                .args(self.version)
                .output()
                .is_ok_and(|output| {
                    let text = String::from_utf8_lossy(&output.stdout);
                    text.split_whitespace().any(|word| word == version)
                })
    }
}
