//! Where a vault is built before it is one: in a new folder that is renamed, or, where a folder is there already, inside it.
#![allow(
    clippy::disallowed_methods,
    reason = "syncs folders; the database is not open while its file is moved"
)]

use std::fs::{self, DirBuilder, File};
use std::io::Result;
use std::path::{Path, PathBuf};

use crate::vault::files::restrict;

/// What a new vault consists of, in the order in which it is moved: a vault that is cut short here has no database, and
/// `init` says so.
const PARTS: [&str; 3] = ["keyring.json", "keyring.json.1", "privatus.db"];

/// A folder that was made for a vault.
pub(crate) struct Building {
    at: PathBuf,
    to: PathBuf,
    is_inside: bool,
}

impl Building {
    /// Makes a new folder for what becomes a vault at `to`: beside it, or in it where it is there (an empty folder may be
    /// a mount point, or the only place where one may write). Folders above it are made.
    pub(crate) fn begin(to: &Path, unique: [u8; 8]) -> Result<Self> {
        let suffix = format!(".new-{:016x}", u64::from_be_bytes(unique));
        let is_inside = to.exists();
        let at = if is_inside {
            to.join(&suffix)
        } else {
            if let Some(parent) = to.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                folder_builder(true).create(parent)?;
            }
            let mut name = to.file_name().unwrap_or_default().to_owned();
            name.push(suffix);
            to.with_file_name(name)
        };
        // Never a folder that is there: it would be removed when something fails.
        folder_builder(false).create(&at)?;
        restrict(&at, 0o700)?;
        Ok(Self {
            at,
            to: to.to_owned(),
            is_inside,
        })
    }

    /// The folder to build in.
    pub(crate) fn path(&self) -> &Path {
        &self.at
    }

    /// Puts the finished vault in its place and makes that durable.
    pub(crate) fn publish(&self) -> Result<()> {
        if !self.is_inside {
            fs::rename(&self.at, &self.to)?;
            return match self.to.parent() {
                Some(parent) if !parent.as_os_str().is_empty() => sync(parent),
                _ => Ok(()),
            };
        }
        restrict(&self.to, 0o700)?;
        for part in PARTS {
            fs::rename(self.at.join(part), self.to.join(part))?;
        }
        fs::remove_dir(&self.at)?;
        sync(&self.to)
    }

    /// Removes what never became a vault. The first error is the one to report.
    pub(crate) fn discard(&self) {
        if self.is_inside {
            for part in PARTS {
                let _ = fs::remove_file(self.to.join(part));
            }
        }
        let _ = fs::remove_dir_all(&self.at);
    }
}

fn folder_builder(recursive: bool) -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(recursive);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

fn sync(folder: &Path) -> Result<()> {
    File::open(folder)?.sync_all()
}
