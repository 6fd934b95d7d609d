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
    #[error("the path is too long for the system; give the vault a shorter one")]
    PathTooLong,
    /// A read or a write of the disk.
    #[error(
        "the disk does not read or write what it should; copy the folder to another disk while it can be read, look at the \
         system's log for errors of the disk, and go on with the copy"
    )]
    DiskFails,
    /// Locks are not to be had there.
    #[error("the file system does not lock files; copy the vault to a disk of this machine")]
    NoLocks,
    /// Out of memory.
    #[error("the system has no memory left; close programs and try again")]
    NoMemory,
    /// Anything else, with the system's number where it gave one.
    #[error("the system does not do it (error {0} of the system); see that the disk is there, and try again")]
    Other(i32),
}

/// What a number of the system's says.
pub(super) enum Said {
    Full,
    Fault(SystemFault),
    Unknown,
}

pub(super) fn said(number: i32) -> Said {
    use std::io::ErrorKind;
    let error = std::io::Error::from_raw_os_error(number);
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => Said::Full,
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
