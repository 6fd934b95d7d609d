//! Which files the rules apply to: every `.rs` below a member's folder, and below `fuzz`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::workspace::Workspace;

/// A file of the workspace.
pub(super) struct Source {
    /// Relative to the workspace's root, with forward slashes.
    pub(super) path: String,
    pub(super) text: String,
}

/// Reads all source files, in a fixed order.
///
/// # Errors
/// When a folder or a file cannot be read.
pub(super) fn sources(workspace: &Workspace, members: &[String]) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    for folder in members.iter().map(String::as_str).chain(["fuzz"]) {
        let path = workspace.path(folder);
        if path.is_dir() {
            walk(
                (workspace.root(), &path),
                "rs",
                |name| name == "target",
                &mut sources,
            )?;
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(sources)
}

/// Reads the files below a folder that have an extension, except in folders that `is_skipped` names.
///
/// # Errors
/// When a folder or a file cannot be read.
pub(super) fn walk(
    (root, folder): (&Path, &Path),
    extension: &str,
    is_skipped: fn(&str) -> bool,
    into: &mut Vec<Source>,
) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            if !path
                .file_name()
                .is_some_and(|name| is_skipped(&name.to_string_lossy()))
            {
                walk((root, &path), extension, is_skipped, into)?;
            }
        } else if path.extension().is_some_and(|found| found == extension) {
            let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
            let relative = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
            into.push(Source { path: relative, text });
        }
    }
    Ok(())
}
