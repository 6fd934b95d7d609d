//! The folder on Unix systems: one descriptor, and names below it. No call here follows a link at a name.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Error, ErrorKind, Result};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Dir, FileType, FlockOperation, Mode, OFlags, RawMode, Stat};
use rustix::io::Errno;

use super::standing::{Kind, Standing};
use crate::error::{NoInodes, has_no_inodes};

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
/// A pipe in a file's place does not block, and no terminal becomes the controlling one.
const FILE: OFlags = OFlags::NOFOLLOW
    .union(OFlags::NONBLOCK)
    .union(OFlags::CLOEXEC)
    .union(OFlags::NOCTTY);

/// An open folder.
#[derive(Debug)]
pub(super) struct Handle(OwnedFd);

/// Returns the folder's path without links, for SQLite.
pub(super) fn resolve(path: &Path) -> Result<PathBuf> {
    path.canonicalize()
}

/// Returns what is at a path, following links.
pub(super) fn at_path(path: &Path) -> Result<Standing> {
    Ok(standing(&rustix::fs::stat(path)?))
}

/// Returns what is at a path. A link at its last name is reported as a link.
pub(super) fn at_link(path: &Path) -> Result<Standing> {
    Ok(standing(&rustix::fs::lstat(path)?))
}

/// Returns what an open file is.
pub(super) fn opened(file: &File) -> Result<Standing> {
    let data = file.metadata()?;
    let mode = RawMode::try_from(data.mode()).unwrap_or_default();
    Ok(Standing {
        kind: kind(FileType::from_raw_mode(mode)),
        links: data.nlink().into(),
        id: (data.dev().into(), data.ino().into()),
        mode: data.mode() & 0o7777,
        owner: data.uid(),
        group: data.gid(),
        size: data.len(),
    })
}

impl Handle {
    pub(super) fn open(path: &Path) -> Result<Self> {
        Ok(Self(rustix::fs::open(path, FOLDER, Mode::empty())?))
    }

    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    /// Returns what the folder itself is.
    pub(super) fn own(&self) -> Result<Standing> {
        Ok(standing(&rustix::fs::fstat(&self.0)?))
    }

    pub(super) fn restrict(&self, mode: u32) -> Result<()> {
        let mode = RawMode::try_from(mode).unwrap_or_default();
        Ok(rustix::fs::fchmod(&self.0, Mode::from_raw_mode(mode))?)
    }

    /// Returns what is at a name, if anything. A link is reported as a link.
    pub(super) fn stand(&self, name: &str) -> Result<Option<Standing>> {
        match rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(standing(&stat))),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn open_file(&self, name: &str, is_to_write: bool) -> Result<File> {
        let access = if is_to_write { OFlags::RDWR } else { OFlags::RDONLY };
        let file = rustix::fs::openat(&self.0, name, access | FILE, Mode::empty())?;
        Ok(file.into())
    }

    /// Creates a new file with mode 0600, regardless of the umask.
    pub(super) fn create_file(&self, name: &str) -> Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | FILE;
        let file = rustix::fs::openat(&self.0, name, flags, Mode::RUSR | Mode::WUSR)
            .map_err(|error| self.not_made(error))?;
        if let Err(error) = rustix::fs::fchmod(&file, Mode::RUSR | Mode::WUSR) {
            // The caller does not know about the file.
            let _ = rustix::fs::unlinkat(&self.0, name, AtFlags::empty());
            return Err(error.into());
        }
        Ok(file.into())
    }

    /// Creates a new folder with mode 0700, regardless of the umask.
    pub(super) fn create_folder(&self, name: &OsStr) -> Result<Self> {
        rustix::fs::mkdirat(&self.0, name, Mode::RWXU).map_err(|error| self.not_made(error))?;
        let made = rustix::fs::openat(&self.0, name, FOLDER | OFlags::NOFOLLOW, Mode::empty())
            .and_then(|made| rustix::fs::fchmod(&made, Mode::RWXU).map(|()| made));
        if made.is_err() {
            // The caller does not know about the folder. If it is not empty, it is not the one created here, and stays.
            let _ = rustix::fs::unlinkat(&self.0, name, AtFlags::REMOVEDIR);
        }
        Ok(Self(made?))
    }

    /// Converts an error of creating something. It distinguishes missing inodes from a full disk, for which the system
    /// has the same number.
    fn not_made(&self, error: Errno) -> Error {
        match error {
            Errno::NOSPC if rustix::fs::fstatvfs(&self.0).is_ok_and(|room| has_no_inodes(&room)) => {
                Error::new(ErrorKind::StorageFull, NoInodes)
            }
            error => error.into(),
        }
    }

    /// Checks that files can be locked here the way SQLite locks them. On a file system without locks, SQLite acts as
    /// if another process held the lock.
    pub(super) fn locks(file: &File) -> Result<()> {
        Ok(rustix::fs::fcntl_lock(
            file,
            FlockOperation::NonBlockingLockExclusive,
        )?)
    }

    /// Moves a file to a name and replaces what is there.
    pub(super) fn rename(&self, from: &str, to: &str) -> Result<()> {
        Ok(rustix::fs::renameat(&self.0, from, &self.0, to)?)
    }

    /// Moves a file or a folder to a free name in another folder or in this one.
    pub(super) fn place(&self, from: &OsStr, folder: &Self, to: &OsStr) -> Result<()> {
        #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
        match rustix::fs::renameat_with(&self.0, from, &folder.0, to, rustix::fs::RenameFlags::NOREPLACE) {
            Ok(()) => return Ok(()),
            // Not every file system supports it.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            Err(error) => return Err(error.into()),
        }
        match rustix::fs::linkat(&self.0, from, &folder.0, to, AtFlags::empty()) {
            Ok(()) => Ok(rustix::fs::unlinkat(&self.0, from, AtFlags::empty())?),
            Err(Errno::EXIST) => Err(ErrorKind::AlreadyExists.into()),
            // Some file systems have no hard links, and folders never do.
            Err(_) => match rustix::fs::statat(&folder.0, to, AtFlags::SYMLINK_NOFOLLOW) {
                Err(Errno::NOENT) => Ok(rustix::fs::renameat(&self.0, from, &folder.0, to)?),
                Ok(_) => Err(ErrorKind::AlreadyExists.into()),
                Err(error) => Err(error.into()),
            },
        }
    }

    pub(super) fn remove_file(&self, name: &str) -> Result<()> {
        Ok(rustix::fs::unlinkat(&self.0, name, AtFlags::empty())?)
    }

    /// Removes an empty folder.
    pub(super) fn remove_folder(&self, name: &OsStr) -> Result<()> {
        Ok(rustix::fs::unlinkat(&self.0, name, AtFlags::REMOVEDIR)?)
    }

    /// Returns the names in the folder that are UTF-8; all our files have such names.
    pub(super) fn names(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.0)? {
            let entry = entry?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            names.extend(
                name.to_str()
                    .filter(|name| !matches!(*name, "." | ".."))
                    .map(str::to_owned),
            );
        }
        Ok(names)
    }

    /// Makes renames and new files durable.
    pub(super) fn sync(&self) -> Result<()> {
        Ok(rustix::fs::fsync(&self.0)?)
    }

    /// Returns how many bytes the file system has free for this user, if it reports that.
    pub(super) fn free_bytes(&self) -> Option<u64> {
        let room = rustix::fs::fstatvfs(&self.0).ok()?;
        Some(room.f_bavail.saturating_mul(room.f_frsize))
    }
}

fn standing(stat: &Stat) -> Standing {
    Standing {
        kind: kind(FileType::from_raw_mode(stat.st_mode)),
        links: stat.st_nlink.into(),
        id: (stat.st_dev.into(), stat.st_ino.into()),
        mode: u32::try_from(i128::from(stat.st_mode) & 0o7777).unwrap_or_default(),
        owner: stat.st_uid,
        group: stat.st_gid,
        size: u64::try_from(i128::from(stat.st_size)).unwrap_or_default(),
    }
}

const fn kind(found: FileType) -> Kind {
    match found {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Folder,
        FileType::Symlink => Kind::Link,
        FileType::Fifo => Kind::Pipe,
        FileType::Socket => Kind::Socket,
        _ => Kind::Device,
    }
}

/// Advises the system to read the beginning of a file ahead.
#[cfg(target_os = "linux")]
pub(super) fn read_ahead(file: &File, bytes: std::num::NonZeroU64) {
    // This is only advice; nothing depends on it.
    let _ = rustix::fs::fadvise(file, 0, Some(bytes), rustix::fs::Advice::WillNeed);
}

/// Does nothing on other systems.
#[cfg(not(target_os = "linux"))]
pub(super) fn read_ahead(_file: &File, _bytes: std::num::NonZeroU64) {}

/// Whether an error means that links form a loop.
pub(super) fn is_loop(error: &Error) -> bool {
    error.raw_os_error().map(Errno::from_raw_os_error) == Some(Errno::LOOP)
}

/// Whether an error of opening means that something other than a file is there by now.
pub(super) fn is_strange(error: &Error) -> bool {
    let found = error.raw_os_error().map(Errno::from_raw_os_error);
    matches!(
        found,
        Some(Errno::LOOP | Errno::NXIO | Errno::ISDIR | Errno::NOTDIR | Errno::MLINK)
    )
}
