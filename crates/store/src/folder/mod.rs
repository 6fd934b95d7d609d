//! A vault's folder, held open by one descriptor. All our own file access in a vault goes through this module.
//!
//! The folder's own path is resolved once, when it is opened; no link inside the folder is ever followed. A file is
//! read or locked only if it is a regular file with one name. A file is written only when it is new: under a random
//! name, then renamed ([`partial`]). POSIX drops a process's locks on a file when the process closes any descriptor of
//! it, so nothing here opens the database or a file next to it while SQLite may have them open ([`database`];
//! docs/DESIGN.md, section 2).

mod database;
mod on_path;
#[cfg(not(unix))]
mod other;
mod owner;
mod partial;
mod standing;
#[cfg(unix)]
mod unix;

use std::ffi::OsStr;
use std::fs::File;
use std::io::{ErrorKind, Read, Result, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use database::DatabaseFile;
pub use on_path::open_above;
pub(crate) use partial::{Leftover, PartialFile, Purpose, purpose_of};
pub use standing::Strange;
pub(crate) use standing::{Kind, Standing};

use crate::error::StoreError;
#[cfg(not(unix))]
use other as system;
#[cfg(unix)]
use unix as system;

/// An open folder.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    /// The path as the caller gave it, for messages.
    named: PathBuf,
    /// The path without links, for SQLite.
    path: PathBuf,
    handle: Arc<system::Handle>,
}

impl Folder {
    /// Opens a folder by its path. Links in the path are followed, because the user named it.
    pub(crate) fn open(named: &Path) -> Result<Self> {
        let path = system::resolve(named)?;
        Ok(Self {
            named: named.to_owned(),
            handle: Arc::new(system::Handle::open(&path)?),
            path,
        })
    }

    /// Returns the path as the caller gave it.
    pub(crate) fn named(&self) -> &Path {
        &self.named
    }

    /// Returns the path without links.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what the folder itself is.
    pub(crate) fn own(&self) -> Result<Standing> {
        self.handle.own()
    }

    /// Returns what is at a path outside the folder. Links in the path are followed.
    pub(crate) fn at_path(path: &Path) -> Result<Standing> {
        system::at_path(path)
    }

    /// Whether an error means that the links of a path form a loop.
    pub(crate) fn is_loop(error: &std::io::Error) -> bool {
        system::is_loop(error)
    }

    /// Whether the path still leads to this folder, which matters because SQLite opens files by path.
    fn is_here(&self) -> bool {
        matches!((system::at_path(&self.path), self.own()), (Ok(there), Ok(own)) if there.is_same(&own))
    }

    /// Returns what is at a name, if anything.
    pub(crate) fn stand(&self, name: &str) -> std::result::Result<Option<Standing>, StoreError> {
        let failed = |error| StoreError::io(&error, "look at a file in the vault's folder");
        self.handle.stand(name).map_err(failed)
    }

    /// Returns the error that refuses what is at a name.
    pub(crate) fn refused(&self, name: &str, what: Strange) -> StoreError {
        StoreError::StrangeFile {
            file: self.named.join(name),
            what,
        }
    }

    /// Returns what is at a name, if anything, and requires a regular file with one name.
    ///
    /// # Errors
    /// [`StoreError::StrangeFile`] for anything else.
    pub(crate) fn lone_file(&self, name: &str) -> std::result::Result<Option<Standing>, StoreError> {
        let found = self.stand(name)?;
        match found.and_then(|found| found.strange()) {
            Some(what) => Err(self.refused(name, what)),
            None => Ok(found),
        }
    }

    /// Opens a regular file with one name; `None` if nothing is there. Do not use this for the database or the files
    /// next to it while SQLite may have them open.
    ///
    /// # Errors
    /// [`StoreError::StrangeFile`] for anything that is not such a file; the error of opening it, with `doing` as its
    /// text.
    pub(crate) fn open_file(
        &self,
        name: &str,
        is_to_write: bool,
        doing: &str,
    ) -> std::result::Result<Option<File>, StoreError> {
        // Look first, because merely opening a device can have an effect.
        let Some(found) = self.lone_file(name)? else {
            return Ok(None);
        };
        let failed = |error: &std::io::Error| StoreError::io(error, doing);
        let file = match self.handle.open_file(name, is_to_write) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) if system::is_strange(&error) => return Err(self.refused(name, Strange::Replaced)),
            Err(error) => return Err(failed(&error)),
        };
        // Then check what was opened: it may have been replaced in between.
        let opened = system::opened(&file).map_err(|error| failed(&error))?;
        match opened.strange() {
            Some(what) => Err(self.refused(name, what)),
            None if !opened.is_same(&found) => Err(self.refused(name, Strange::Replaced)),
            None => Ok(Some(file)),
        }
    }

    /// Reads at most `most` bytes of a regular file with one name; `None` if nothing is there.
    ///
    /// # Errors
    /// Those of [`open_file`](Self::open_file), and those of reading it.
    pub(crate) fn read(
        &self,
        name: &str,
        most: u64,
        doing: &str,
    ) -> std::result::Result<Option<Vec<u8>>, StoreError> {
        let Some(file) = self.open_file(name, false, doing)? else {
            return Ok(None);
        };
        let mut bytes = Vec::with_capacity(4_096);
        match file.take(most).read_to_end(&mut bytes) {
            Ok(_) => Ok(Some(bytes)),
            Err(error) => Err(StoreError::io(&error, doing)),
        }
    }

    /// Opens a file to lock it, and creates it with mode 0600 if nothing is there. An existing file keeps its mode.
    ///
    /// # Errors
    /// Those of [`open_file`](Self::open_file), and those of creating it.
    pub(crate) fn lock_file(&self, name: &str) -> std::result::Result<File, StoreError> {
        let doing = format!("open {name}");
        // Another process may create or remove it in between.
        for _ in 0..8 {
            if let Some(file) = self.open_file(name, true, &doing)? {
                return Ok(file);
            }
            match self.handle.create_file(name) {
                Ok(file) => return Ok(file),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(StoreError::io(&error, &doing)),
            }
        }
        Err(self.refused(name, Strange::Replaced))
    }

    /// Creates a new file with mode 0600. The name must be free.
    pub(crate) fn create(&self, name: &str) -> Result<File> {
        self.handle.create_file(name)
    }

    /// Creates a new folder with mode 0700 inside this one.
    pub(crate) fn create_folder(&self, name: &OsStr) -> Result<Self> {
        Ok(Self {
            named: self.named.join(name),
            path: self.path.join(name),
            handle: Arc::new(self.handle.create_folder(name)?),
        })
    }

    /// Returns the descriptor, for queries about the file system.
    #[cfg(unix)]
    pub(crate) fn descriptor(&self) -> std::os::fd::BorrowedFd<'_> {
        self.handle.descriptor()
    }

    /// Sets the permissions of the folder itself.
    pub(crate) fn restrict(&self, mode: u32) -> Result<()> {
        self.handle.restrict(mode)
    }

    /// Moves a file or a folder to a free name in `folder`.
    pub(crate) fn place(&self, from: &OsStr, folder: &Self, to: &OsStr) -> Result<()> {
        self.handle.place(from, &folder.handle, to)
    }

    /// Removes a file. For a link, its target stays.
    pub(crate) fn remove(&self, name: &str) -> Result<()> {
        self.handle.remove_file(name)
    }

    /// Removes an empty folder inside this one.
    pub(crate) fn remove_folder(&self, name: &OsStr) -> Result<()> {
        self.handle.remove_folder(name)
    }

    /// Returns the names in the folder that are UTF-8.
    pub(crate) fn names(&self) -> std::result::Result<Vec<String>, StoreError> {
        let failed = |error| StoreError::io(&error, "read the vault's folder");
        self.handle.names().map_err(failed)
    }

    /// Makes renames and new files durable.
    pub(crate) fn sync(&self) -> Result<()> {
        self.handle.sync()
    }

    /// Returns how many bytes the file system has free for this user, if it reports that.
    pub(crate) fn free_bytes(&self) -> Option<u64> {
        self.handle.free_bytes()
    }
}

/// Returns the first and the last `length` bytes of a file, or fewer if the file is shorter.
pub(crate) fn ends_of(file: &mut File, length: u64) -> Result<[Vec<u8>; 2]> {
    let size = file.metadata()?.len();
    let mut end_at = |from: u64| {
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(from))?;
        file.take(length).read_to_end(&mut bytes)?;
        Ok::<_, std::io::Error>(bytes)
    };
    Ok([end_at(0)?, end_at(size.saturating_sub(length))?])
}

/// Advises the system to read the beginning of a file ahead, where the system supports that.
pub(crate) fn read_ahead(file: &File, bytes: std::num::NonZeroU64) {
    system::read_ahead(file, bytes);
}
