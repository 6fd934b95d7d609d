//! The workspace on disk: its root, its members and the versions its manifest pins.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The workspace that this tool was built from.
pub(crate) struct Workspace {
    root: PathBuf,
    manifest: toml::Table,
}

impl Workspace {
    /// Finds the workspace and reads its manifest.
    ///
    /// # Errors
    /// When the manifest is missing or is not valid TOML.
    pub(crate) fn locate() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("xtask is in a workspace")?
            .to_path_buf();
        let path = root.join("Cargo.toml");
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let manifest = text
            .parse()
            .with_context(|| format!("parsing {}", path.display()))?;
        Ok(Self { root, manifest })
    }

    /// Returns the folder of the workspace's `Cargo.toml`.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Returns a path below the root.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Returns the folders of the members, relative to the root, in the manifest's order.
    ///
    /// # Errors
    /// When the manifest has no list of members.
    pub(crate) fn members(&self) -> Result<Vec<String>> {
        let members = self
            .manifest
            .get("workspace")
            .and_then(|workspace| workspace.get("members"))
            .and_then(toml::Value::as_array)
            .context("Cargo.toml: no workspace.members")?;
        members
            .iter()
            .map(|member| match member.as_str() {
                Some(path) if !path.contains('*') => Ok(path.to_owned()),
                _ => bail!("Cargo.toml: workspace.members must name every member in full, found {member:?}"),
            })
            .collect()
    }

    /// Returns the oldest Rust that the workspace promises to build with.
    ///
    /// # Errors
    /// When the manifest does not name one.
    pub(crate) fn rust_version(&self) -> Result<&str> {
        self.manifest
            .get("workspace")
            .and_then(|workspace| workspace.get("package"))
            .and_then(|package| package.get("rust-version"))
            .and_then(toml::Value::as_str)
            .context("Cargo.toml: no workspace.package.rust-version")
    }

    /// Returns the version of a tool under `[workspace.metadata.tools]`.
    ///
    /// # Errors
    /// When the manifest does not pin the tool.
    pub(crate) fn tool_version(&self, tool: &str) -> Result<&str> {
        self.manifest
            .get("workspace")
            .and_then(|workspace| workspace.get("metadata"))
            .and_then(|metadata| metadata.get("tools"))
            .and_then(|tools| tools.get(tool))
            .and_then(toml::Value::as_str)
            .with_context(|| format!("Cargo.toml: workspace.metadata.tools does not pin {tool}"))
    }
}
