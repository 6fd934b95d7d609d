//! The tool run by a user to whom permissions apply.
//!
//! Permissions do not stop root. If the tests run as root, the tool is started as another user, who is first made the
//! owner of the files; otherwise the user's own permissions apply.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::PASSWORD;

/// `nobody` on most systems; any user except root would do.
const OTHER: u32 = 65_534;

/// The tool, where the user that it runs as may start it.
#[derive(Debug)]
pub struct Bound {
    tool: PathBuf,
    is_root: bool,
    near: TempDir,
}

impl Bound {
    /// Makes that user the owner of the folder and of everything in it.
    ///
    /// # Panics
    ///
    /// If the owner cannot be changed.
    pub fn new(folder: &Path) -> Self {
        let near = tempfile::tempdir().expect("a folder");
        let is_root = fs::metadata(near.path()).expect("it is there").uid() == 0;
        let mut tool = crate::tool().to_owned();
        if is_root {
            // The build folder may be closed to others.
            let copy = near.path().join("privatus");
            fs::hard_link(&tool, &copy)
                .or_else(|_| fs::copy(&tool, &copy).map(drop))
                .expect("the tool is put near");
            chown(near.path(), Some(OTHER), Some(OTHER)).expect("root gives it away");
            tool = copy;
            give(folder);
        }
        Self { tool, is_root, near }
    }

    /// The tool on a vault, with [`PASSWORD`] in the environment and nothing on standard input.
    pub fn command(&self, vault: &Path) -> Command {
        let mut command = Command::new(&self.tool);
        command
            .env_clear()
            .env("PRIVATUS_PASSWORD", PASSWORD)
            .env("TMPDIR", self.near.path())
            .stdin(Stdio::null());
        command.arg("--vault").arg(vault);
        if self.is_root {
            command.gid(OTHER).uid(OTHER);
        }
        command
    }
}

fn give(path: &Path) {
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("it is read") {
            give(&entry.expect("an entry").path());
        }
    }
    chown(path, Some(OTHER), Some(OTHER)).expect("root gives it away");
}
