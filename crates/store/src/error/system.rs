//! What the system lacks, or what fails in it: told by its own number of the error, never by a text.

/// Why the system does not do what it usually does. Nothing of the vault is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SystemFault {
    /// Of this process, or of the machine.
    #[error(
        "too many files are open; close programs, or raise the limit (`ulimit -n` shows it), and try again"
    )]
    TooManyFiles,
    /// A name, or the whole path.
    #[error("the name or the path is too long for the system; give a shorter one")]
    PathTooLong,
    /// The file system has blocks left, and no inode for one more file.
    #[error(
        "the file system has no inodes left: it has room for bytes and for no new file; remove files there (`df -i` shows how \
         many it may have), and try again"
    )]
    NoInodes,
    /// A file would become larger than this process or the file system lets one be.
    #[error(
        "a file would become larger than a file may be here; raise the limit (`ulimit -f` shows it) or use another disk, and \
         try again"
    )]
    FileTooLarge,
    /// A read or a write of the disk.
    #[error(
        "the disk does not read or write what it should; copy the folder to another disk while it can be read, look at the \
         system's log for errors of the disk, and go on with the copy"
    )]
    DiskFails,
    /// Locks are not to be had there.
    #[error("the file system does not lock files; copy the vault to a disk of this machine")]
    NoLocks,
    /// The system holds the file itself: it is a mount of its own.
    #[error(
        "the system does not let it be replaced while it is in use: it is a mount of its own, as a container makes one for a single \
         file; unmount it, put a plain file in its place, and try again"
    )]
    Held,
    /// Out of memory.
    #[error("the system has no memory left; close programs and try again")]
    NoMemory,
    /// Anything else, with the system's number where it gave one.
    #[error("the system does not do it (error {0} of the system); see that the disk is there, and try again")]
    Other(i32),
}

/// Goes inside an error of the kind "storage full" where it is inodes that are missing: the system has one number for both.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("no inodes left")]
pub(crate) struct NoInodes;

impl SystemFault {
    /// The fault behind an error of the system's; `None` where it is none of these, or no error of the system's.
    #[must_use]
    pub fn of(error: &std::io::Error) -> Option<Self> {
        match said_by(error)? {
            Said::Fault(fault) => Some(fault),
            Said::Full | Said::Unknown => None,
        }
    }

    /// The same of an error of making a file in a folder: the system has one number for no space and for no inodes.
    #[must_use]
    pub fn of_new_file(folder: &std::path::Path, error: &std::io::Error) -> Option<Self> {
        if error.kind() == std::io::ErrorKind::StorageFull && lacks_inodes(folder) {
            return Some(Self::NoInodes);
        }
        Self::of(error)
    }

    /// Any error of the system's in plain words, and what helps where that is known.
    #[must_use]
    pub fn words(error: &std::io::Error) -> String {
        match (Self::of(error), error.raw_os_error()) {
            (Some(fault), _) => fault.to_string(),
            (None, Some(number)) if matches!(said(number), Said::Unknown) && is_nameless(error) => {
                Self::Other(number).to_string()
            }
            (None, _) => super::kind::words(error.kind()),
        }
    }
}

#[cfg(unix)]
fn lacks_inodes(folder: &std::path::Path) -> bool {
    rustix::fs::statvfs(folder).is_ok_and(|room| has_no_inodes(&room))
}

#[cfg(not(unix))]
fn lacks_inodes(_: &std::path::Path) -> bool {
    false
}

/// Whether a file system has room for bytes and for no new file.
#[cfg(unix)]
pub(crate) const fn has_no_inodes(room: &rustix::fs::StatVfs) -> bool {
    room.f_files > 0 && room.f_favail == 0 && room.f_bavail > 0
}

/// Whether the standard library has no words of its own for an error.
fn is_nameless(error: &std::io::Error) -> bool {
    // The kind for these is not stable, and has one text.
    error.kind().to_string() == "uncategorized error"
}

/// What a number of the system's says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Full,
    Fault(SystemFault),
    Unknown,
}

/// The same of an error of our own calls; `None` where it is not the system's.
pub(super) fn said_by(error: &std::io::Error) -> Option<Said> {
    let inner = error
        .get_ref()
        .is_some_and(<dyn std::error::Error + Send + Sync>::is::<NoInodes>);
    match error.raw_os_error() {
        _ if inner => Some(Said::Fault(SystemFault::NoInodes)),
        Some(number) => Some(said(number)),
        None => None,
    }
}

pub(super) fn said(number: i32) -> Said {
    use std::io::ErrorKind;
    let error = std::io::Error::from_raw_os_error(number);
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Said::Full,
        ErrorKind::FileTooLarge => Said::Fault(SystemFault::FileTooLarge),
        ErrorKind::InvalidFilename => Said::Fault(SystemFault::PathTooLong),
        ErrorKind::OutOfMemory => Said::Fault(SystemFault::NoMemory),
        _ => by_number(number).map_or(Said::Unknown, Said::Fault),
    }
}

/// Those for which the standard library has no kind.
#[cfg(unix)]
fn by_number(number: i32) -> Option<SystemFault> {
    use rustix::io::Errno;
    match Errno::from_raw_os_error(number) {
        Errno::MFILE | Errno::NFILE => Some(SystemFault::TooManyFiles),
        Errno::IO => Some(SystemFault::DiskFails),
        Errno::NOLCK => Some(SystemFault::NoLocks),
        Errno::BUSY => Some(SystemFault::Held),
        _ => None,
    }
}

/// `ERROR_TOO_MANY_OPEN_FILES` and `ERROR_CRC`.
#[cfg(not(unix))]
fn by_number(number: i32) -> Option<SystemFault> {
    match number {
        4 => Some(SystemFault::TooManyFiles),
        23 => Some(SystemFault::DiskFails),
        _ => None,
    }
}
