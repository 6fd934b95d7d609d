//! Where a vault is built before it is one: in a new folder that is renamed, or, where a folder is there already, inside it.
#![allow(
    clippy::disallowed_methods,
    reason = "syncs folders; the database is not open while its file is moved"
)]

use std::fs::{self, DirBuilder, File};
use std::io::{ErrorKind, Result};
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
    /// Parts that stand in their place.
    placed: Vec<&'static str>,
}

impl Building {
    /// Makes a new folder for what becomes a vault at `to`: beside it, or in it where it is there (an empty folder may be
    /// a mount point, or the only place where one may write). Folders above it are made.
    /// Whether it is there was asked before the key was derived: what appeared meanwhile is somebody else's.
    pub(crate) fn begin(to: &Path, is_inside: bool, unique: [u8; 8]) -> Result<Self> {
        let suffix = format!(".new-{:016x}", u64::from_be_bytes(unique));
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
            placed: Vec::new(),
        })
    }

    /// The folder to build in.
    pub(crate) fn path(&self) -> &Path {
        &self.at
    }

    /// Puts the finished vault in its place and makes that durable. Nothing that stands there is ever replaced.
    pub(crate) fn publish(&mut self) -> Result<()> {
        if !self.is_inside {
            fs::rename(&self.at, &self.to)?;
            return match self.to.parent() {
                Some(parent) if !parent.as_os_str().is_empty() => sync(parent),
                _ => Ok(()),
            };
        }
        restrict(&self.to, 0o700)?;
        for part in PARTS {
            place(&self.at.join(part), &self.to.join(part))?;
            self.placed.push(part);
        }
        fs::remove_dir(&self.at)?;
        sync(&self.to)
    }

    /// Removes what never became a vault. The first error is the one to report.
    pub(crate) fn discard(&self) {
        for part in &self.placed {
            let _ = fs::remove_file(self.to.join(part));
        }
        let _ = fs::remove_dir_all(&self.at);
    }
}

/// Moves a file to a name that is free. A link fails where the name is taken, and a rename would not; some file systems
/// have no links.
fn place(from: &Path, to: &Path) -> Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => fs::remove_file(from),
        Err(error) if error.kind() == ErrorKind::AlreadyExists || to.exists() => Err(error),
        Err(_) => fs::rename(from, to),
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::disallowed_methods)]
    use super::*;

    #[test]
    fn what_appears_meanwhile_is_neither_replaced_nor_removed() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("vault");
        fs::create_dir(&to).unwrap();
        for (part, theirs) in PARTS.iter().zip([0_u8, 1, 2]) {
            let mut building = Building::begin(&to, true, [theirs; 8]).unwrap();
            for part in PARTS {
                fs::write(building.path().join(part), "ours").unwrap();
            }
            fs::write(to.join(part), "theirs").unwrap();
            let error = building.publish().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{part}");
            building.discard();
            assert_eq!(fs::read(to.join(part)).unwrap(), b"theirs");
            assert_eq!(
                fs::read_dir(&to).unwrap().count(),
                1,
                "{part}: nothing of ours is left"
            );
            fs::remove_file(to.join(part)).unwrap();
        }
        // A vault that another process put into the free place stays as well.
        let late = folder.path().join("late");
        let mut building = Building::begin(&late, false, [9; 8]).unwrap();
        fs::write(building.path().join("privatus.db"), "ours").unwrap();
        fs::create_dir(&late).unwrap();
        fs::write(late.join("privatus.db"), "theirs").unwrap();
        building.publish().unwrap_err();
        building.discard();
        assert_eq!(fs::read(late.join("privatus.db")).unwrap(), b"theirs");
    }
}
