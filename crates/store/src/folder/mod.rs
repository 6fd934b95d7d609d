//! A vault's folder, held by one descriptor: everything that our own code does to a file of it goes through here.
//!
//! No link is ever followed, below the folder itself: it is resolved once, when it is opened. A file is read or locked only
//! when it is a regular file of one name, and written only when it is new, under a random name, and renamed
//! ([`partial`]). POSIX drops a process's locks on a file when it closes any descriptor of it, so nothing here opens the
//! database or a file beside it while SQLite may hold them ([`database`]; docs/DESIGN.md, section 2).

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
    /// As it was named, for the texts.
    named: PathBuf,
    /// Without links, for SQLite.
    path: PathBuf,
    handle: Arc<system::Handle>,
}

impl Folder {
    /// Opens a folder by its path, whose links are followed: the user named it.
    pub(crate) fn open(named: &Path) -> Result<Self> {
        let path = system::resolve(named)?;
        Ok(Self {
            named: named.to_owned(),
            handle: Arc::new(system::Handle::open(&path)?),
            path,
        })
    }

    /// As it was named.
    pub(crate) fn named(&self) -> &Path {
        &self.named
    }

    /// Without links.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The folder itself.
    pub(crate) fn own(&self) -> Result<Standing> {
        self.handle.own()
    }

    /// What stands at a path outside, whose links are followed.
    pub(crate) fn at_path(path: &Path) -> Result<Standing> {
        system::at_path(path)
    }

    /// Whether an error of looking at a path says that its links lead in a circle.
    pub(crate) fn is_loop(error: &std::io::Error) -> bool {
        system::is_loop(error)
    }

    /// Whether its path leads to it still: SQLite opens by path.
    fn is_here(&self) -> bool {
        matches!((system::at_path(&self.path), self.own()), (Ok(there), Ok(own)) if there.is_same(&own))
    }

    /// What stands at a name.
    pub(crate) fn stand(&self, name: &str) -> std::result::Result<Option<Standing>, StoreError> {
        let failed = |error| StoreError::io(&error, "look into the vault's folder");
        self.handle.stand(name).map_err(failed)
    }

    /// The refusal of what stands at a name.
    pub(crate) fn refused(&self, name: &str, what: Strange) -> StoreError {
        StoreError::StrangeFile {
            file: self.named.join(name),
            what,
        }
    }

    /// What stands at a name, if it is a regular file of one name.
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

    /// Opens a regular file of one name; `None` where nothing stands. Never the database, nor what is beside it, while
    /// SQLite may hold them.
    ///
    /// # Errors
    /// [`StoreError::StrangeFile`] for anything else; those of opening it, for `doing`.
    pub(crate) fn open_file(
        &self,
        name: &str,
        is_to_write: bool,
        doing: &str,
    ) -> std::result::Result<Option<File>, StoreError> {
        // A look first: to open a device may do something already.
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
        // And at what was opened: another may have come in between.
        let opened = system::opened(&file).map_err(|error| failed(&error))?;
        match opened.strange() {
            Some(what) => Err(self.refused(name, what)),
            None if !opened.is_same(&found) => Err(self.refused(name, Strange::Replaced)),
            None => Ok(Some(file)),
        }
    }

    /// The bytes of a regular file of one name, at most so many; `None` where nothing stands.
    ///
    /// # Errors
    /// As [`open_file`](Self::open_file).
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

    /// Opens a file to lock it, and makes it where nothing stands, 0600. Another mode stays, and is warned of.
    ///
    /// # Errors
    /// As [`open_file`](Self::open_file).
    pub(crate) fn lock_file(&self, name: &str) -> std::result::Result<File, StoreError> {
        let doing = format!("open {name}");
        // Another process may make or remove it in between.
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

    /// Makes a new file, 0600, under a name that is free.
    pub(crate) fn create(&self, name: &str) -> Result<File> {
        self.handle.create_file(name)
    }

    /// Makes a new folder, 0700, in this one.
    pub(crate) fn create_folder(&self, name: &OsStr) -> Result<Self> {
        Ok(Self {
            named: self.named.join(name),
            path: self.path.join(name),
            handle: Arc::new(self.handle.create_folder(name)?),
        })
    }

    /// The descriptor, to ask the system about the file system.
    #[cfg(unix)]
    pub(crate) fn descriptor(&self) -> std::os::fd::BorrowedFd<'_> {
        self.handle.descriptor()
    }

    /// Sets the permissions of the folder itself.
    pub(crate) fn restrict(&self, mode: u32) -> Result<()> {
        self.handle.restrict(mode)
    }

    /// Moves a file or a folder to a name that is free, in this folder or another.
    pub(crate) fn place(&self, from: &OsStr, folder: &Self, to: &OsStr) -> Result<()> {
        self.handle.place(from, &folder.handle, to)
    }

    /// Removes a name; what a link leads to stays.
    pub(crate) fn remove(&self, name: &str) -> Result<()> {
        self.handle.remove_file(name)
    }

    /// Removes an empty folder in it.
    pub(crate) fn remove_folder(&self, name: &OsStr) -> Result<()> {
        self.handle.remove_folder(name)
    }

    /// Its names.
    pub(crate) fn names(&self) -> std::result::Result<Vec<String>, StoreError> {
        let failed = |error| StoreError::io(&error, "read the vault's folder");
        self.handle.names().map_err(failed)
    }

    /// Makes renames and new files durable.
    pub(crate) fn sync(&self) -> Result<()> {
        self.handle.sync()
    }

    /// Bytes that the file system has free for this user, where it says so.
    pub(crate) fn free_bytes(&self) -> Option<u64> {
        self.handle.free_bytes()
    }
}

/// The first and the last `length` bytes of a file; one that is shorter gives what it has.
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

/// Reads the head of a file ahead, where the system takes such advice.
pub(crate) fn read_ahead(file: &File, bytes: std::num::NonZeroU64) {
    system::read_ahead(file, bytes);
}
