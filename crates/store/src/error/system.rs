//! Failures of the operating system, recognized by its error number, never by a text.

/// Why a system call failed. The vault itself is not at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SystemFault {
    /// This process or the whole machine has too many open files.
    #[error(
        "too many files are open; close programs, or raise the limit (`ulimit -n` shows it), and try again"
    )]
    TooManyFiles,
    /// A file's name or its whole path is too long.
    #[error("the name or the path is too long for the system; use a shorter one")]
    PathTooLong,
    /// The file system has free blocks, but no inode for another file.
    #[error(
        "the file system has no inodes left: it has free space, but cannot store another file; remove files there (`df -i` \
        shows the limit), and try again"
    )]
    NoInodes,
    /// A file would become larger than this process or the file system allows.
    #[error(
        "a file would become larger than the limit for files here; raise the limit (`ulimit -f` shows it) or use another \
    disk, and try again"
    )]
    FileTooLarge,
    /// Reading or writing the disk failed.
    #[error(
        "the disk fails to read or write; copy the folder to another disk while it can be read, look for disk errors in the \
        system's log, and continue with the copy"
    )]
    DiskFails,
    /// The file system does not support file locks.
    #[error("the file system does not lock files; copy the vault to a local disk")]
    NoLocks,
    /// The file is a mount point, so the system does not allow replacing it.
    #[error(
        "the system does not allow replacing it while it is in use: it is a mount point, as containers create for a single \
    file; unmount it, put a plain file in its place, and try again"
    )]
    Held,
    /// The system is out of memory.
    #[error("the system has no memory left; close programs and try again")]
    NoMemory,
    /// Any other error, with the system's error number.
    #[error("the system call failed (system error {0}); check that the disk is connected, and try again")]
    Other(i32),
}

/// The inner error of a "storage full" error that means missing inodes: the system has one number for both.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("no inodes left")]
pub(crate) struct NoInodes;

impl SystemFault {
    /// Returns the fault that an I/O error means; `None` if it is not a known one, or does not come from the system.
    #[must_use]
    pub fn of(error: &std::io::Error) -> Option<Self> {
        match said_by(error)? {
            Said::Fault(fault) => Some(fault),
            Said::Full | Said::Unknown => None,
        }
    }

    /// Returns the fault of an error from creating a file in `folder`. It looks at the file system, because the system
    /// has the same number for a full disk and for missing inodes.
    #[must_use]
    pub fn of_new_file(folder: &std::path::Path, error: &std::io::Error) -> Option<Self> {
        if error.kind() == std::io::ErrorKind::StorageFull && lacks_inodes(folder) {
            return Some(Self::NoInodes);
        }
        Self::of(error)
    }

    /// Describes an I/O error in plain words, with advice where there is any.
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

/// Whether a file system has free space but no inode for a new file.
#[cfg(unix)]
pub(crate) const fn has_no_inodes(room: &rustix::fs::StatVfs) -> bool {
    room.f_files > 0 && room.f_favail == 0 && room.f_bavail > 0
}

/// Whether the standard library has no specific text for an error.
fn is_nameless(error: &std::io::Error) -> bool {
    // These errors share one kind, which is unstable, and one text.
    error.kind().to_string() == "uncategorized error"
}

/// What an error number of the system means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Full,
    Fault(SystemFault),
    Unknown,
}

/// Interprets an error of our own calls; `None` if it does not come from the system.
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

/// Interprets the numbers for which the standard library has no kind.
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
