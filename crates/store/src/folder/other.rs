//! The folder on systems without folder descriptors: it is held by its path, and a file is checked before it is opened.
//! Links are detected here too, but a window between check and open remains (docs/THREAT_MODEL.md).
#![allow(
    clippy::disallowed_methods,
    reason = "the one place that opens files; never the database while SQLite holds it"
)]

use std::ffi::OsStr;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};

use super::standing::{Kind, Standing};

/// A folder, held by its path.
#[derive(Debug)]
pub(super) struct Handle(PathBuf);

/// Returns the folder's path in the form passed to SQLite. It is not canonical, because SQLite's URIs cannot hold the
/// prefix that Windows puts before canonical paths.
pub(super) fn resolve(path: &Path) -> Result<PathBuf> {
    fs::metadata(path)?;
    std::path::absolute(path)
}

pub(super) fn at_path(path: &Path) -> Result<Standing> {
    Ok(standing(&fs::metadata(path)?))
}

pub(super) fn at_link(path: &Path) -> Result<Standing> {
    Ok(standing(&fs::symlink_metadata(path)?))
}

pub(super) fn opened(file: &File) -> Result<Standing> {
    Ok(standing(&file.metadata()?))
}

impl Handle {
    pub(super) fn open(path: &Path) -> Result<Self> {
        if fs::metadata(path)?.is_dir() {
            return Ok(Self(path.to_owned()));
        }
        Err(ErrorKind::NotADirectory.into())
    }

    pub(super) fn own(&self) -> Result<Standing> {
        at_path(&self.0)
    }

    pub(super) fn restrict(&self, _mode: u32) -> Result<()> {
        Ok(())
    }

    pub(super) fn stand(&self, name: &str) -> Result<Option<Standing>> {
        match fs::symlink_metadata(self.0.join(name)) {
            Ok(data) => Ok(Some(standing(&data))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn open_file(&self, name: &str, is_to_write: bool) -> Result<File> {
        OpenOptions::new()
            .read(true)
            .write(is_to_write)
            .open(self.0.join(name))
    }

    pub(super) fn create_file(&self, name: &str) -> Result<File> {
        OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(self.0.join(name))
    }

    pub(super) fn create_folder(&self, name: &OsStr) -> Result<Self> {
        let path = self.0.join(name);
        fs::create_dir(&path)?;
        Ok(Self(path))
    }

    /// Every file system on these systems supports locks.
    pub(super) fn locks(_file: &File) -> Result<()> {
        Ok(())
    }

    pub(super) fn rename(&self, from: &str, to: &str) -> Result<()> {
        fs::rename(self.0.join(from), self.0.join(to))
    }

    pub(super) fn place(&self, from: &OsStr, folder: &Self, to: &OsStr) -> Result<()> {
        let to = folder.0.join(to);
        match fs::symlink_metadata(&to) {
            Err(error) if error.kind() == ErrorKind::NotFound => fs::rename(self.0.join(from), to),
            Err(error) => Err(error),
            Ok(_) => Err(ErrorKind::AlreadyExists.into()),
        }
    }

    pub(super) fn remove_file(&self, name: &str) -> Result<()> {
        fs::remove_file(self.0.join(name))
    }

    pub(super) fn remove_folder(&self, name: &OsStr) -> Result<()> {
        fs::remove_dir(self.0.join(name))
    }

    pub(super) fn names(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.0)? {
            names.extend(entry?.file_name().into_string().ok());
        }
        Ok(names)
    }

    /// Does nothing: Windows makes a rename durable without a sync.
    pub(super) fn sync(&self) -> Result<()> {
        Ok(())
    }

    /// Not queried on these systems: on a full disk the copy fails and leaves nothing.
    pub(super) fn free_bytes(&self) -> Option<u64> {
        None
    }
}

/// Converts what the standard library reports, which has neither a count of names nor an identity.
fn standing(data: &Metadata) -> Standing {
    let kind = match data.file_type() {
        found if found.is_file() => Kind::File,
        found if found.is_dir() => Kind::Folder,
        found if found.is_symlink() => Kind::Link,
        _ => Kind::Device,
    };
    Standing {
        kind,
        links: 1,
        id: (0, 0),
        mode: 0,
        owner: 0,
        group: 0,
        size: data.len(),
    }
}

pub(super) fn read_ahead(_file: &File, _bytes: std::num::NonZeroU64) {}

pub(super) fn is_loop(_error: &Error) -> bool {
    false
}

pub(super) fn is_strange(_error: &Error) -> bool {
    false
}
