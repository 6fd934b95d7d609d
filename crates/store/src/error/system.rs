//! What the system lacks, or what fails in it: told by its own number of the error, never by a text.

use privatus_sqlite::ErrorCode;

use super::StoreError;

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
enum Said {
    Full,
    Fault(SystemFault),
    Unknown,
}

fn said(number: i32) -> Said {
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

/// An error of our own calls for which there is no other word; `None` where it is not the system's.
pub(super) fn of_io(error: &std::io::Error, doing: &str) -> Option<StoreError> {
    let number = error.raw_os_error()?;
    Some(match said(number) {
        Said::Full => StoreError::DiskFull,
        Said::Fault(fault) => fault.of(doing),
        Said::Unknown => SystemFault::Other(number).of(doing),
    })
}

/// A failed call of SQLite's, by its code and the system's number where it kept one; `None` where the code alone says it.
pub(super) fn of_sqlite(code: ErrorCode, system: Option<i32>, doing: &str) -> Option<StoreError> {
    match (code, system.map(said)) {
        (ErrorCode::NoMem, _) => Some(SystemFault::NoMemory.of(doing)),
        (ErrorCode::IoErr(_) | ErrorCode::CantOpen, Some(Said::Full)) => Some(StoreError::DiskFull),
        (ErrorCode::IoErr(_) | ErrorCode::CantOpen, Some(Said::Fault(fault))) if !code.is_damage() => {
            Some(fault.of(doing))
        }
        // A new `-shm` is filled up: what fails there is its room, where no number says otherwise.
        (ErrorCode::IoErr(_), _) if code.is_shm_size() => Some(StoreError::DiskFull),
        (ErrorCode::IoErr(_), _) if code.is_lock() => Some(SystemFault::NoLocks.of(doing)),
        (ErrorCode::IoErr(_), _) if !code.is_damage() => Some(SystemFault::DiskFails.of(doing)),
        _ => None,
    }
}

impl SystemFault {
    fn of(self, doing: &str) -> StoreError {
        StoreError::System {
            doing: doing.into(),
            fault: self,
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Every I/O error of SQLite's has words of its own, by what the system said where it said something.
    #[test]
    fn no_failure_of_the_system_is_called_unexpected() {
        let told = |code: i32, system: Option<i32>| {
            let code = ErrorCode::from_raw(code);
            StoreError::from_sqlite(code, system, "read a page")
        };
        for extended in 0..=40 {
            let code = 10 | (extended << 8);
            for system in [None, Some(5), Some(2)] {
                let error = told(code, system);
                assert!(!matches!(error, StoreError::Unexpected(_)), "{code}: {error}");
            }
            // ENOSPC, EDQUOT, EFBIG
            for system in [28, 122, 27] {
                let error = told(code, Some(system));
                let is_damage = ErrorCode::from_raw(code).is_damage();
                let is_memory = ErrorCode::from_raw(code) == ErrorCode::NoMem;
                assert!(
                    is_damage || is_memory || matches!(error, StoreError::DiskFull),
                    "{code}: {error}"
                );
            }
        }
        assert!(matches!(told(4_874, None), StoreError::DiskFull));
        assert!(told(4_874, Some(5)).to_string().contains("copy the folder to another disk"));
        // EMFILE and ENFILE, behind a failed open.
        for system in [24, 23] {
            assert!(told(14, Some(system)).to_string().contains("too many files are open"));
            let io = std::io::Error::from_raw_os_error(system);
            assert!(StoreError::io(&io, "open the vault").to_string().contains("too many files are open"));
        }
        let long = std::io::Error::from_raw_os_error(36);
        assert!(StoreError::io(&long, "open the vault").to_string().contains("too long"));
        let unknown = std::io::Error::from_raw_os_error(71);
        let shown = StoreError::io(&unknown, "open the vault").to_string();
        assert!(shown.contains("error 71") && !shown.contains("unexpected"), "{shown}");
    }
}
