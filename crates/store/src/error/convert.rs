//! What the crates below say, as the store says it: by code and variant, never by text.

use privatus_crypto::{CryptoError, KeyRingError, OpenError};
use privatus_sqlite::{ConstraintKind, ErrorCode, SqliteError};

use super::system::{Said, SystemFault, said, said_by};
use super::{Missing, Rule, StoreError, TooNew};

impl StoreError {
    /// By SQLite's code, and the system's number behind it where SQLite kept one.
    pub(crate) fn from_sqlite(code: ErrorCode, system: Option<i32>, doing: &str) -> Self {
        of_sqlite(code, system, doing).unwrap_or_else(|| Self::from_code(code, doing))
    }

    fn from_code(code: ErrorCode, doing: &str) -> Self {
        match code {
            code if code.is_full() => Self::DiskFull,
            code if code.is_busy() => Self::Busy("the database is locked"),
            code if code.is_readonly() => Self::Denied(format!("the database cannot be written ({doing})")),
            code if code.is_damage() => Self::DatabaseDamaged(doing.into()),
            ErrorCode::Perm | ErrorCode::CantOpen | ErrorCode::SymbolicLink => {
                Self::Denied(format!("the database cannot be opened ({doing})"))
            }
            ErrorCode::Interrupt => Self::Interrupted,
            ErrorCode::Endless => Self::DatabaseDamaged(format!(
                "{doing}: it took more work than the file's pages can ask for, and was stopped; a view or a trigger that \
                 does not end, or pages that point at one another, stand there"
            )),
            // The store asks before it writes: a number that is taken, a row that is not there, a group without room. What
            // an input alone can break are the checks of a column.
            ErrorCode::Constraint(
                ConstraintKind::Trigger
                | ConstraintKind::ForeignKey
                | ConstraintKind::PrimaryKey
                | ConstraintKind::RowId
                | ConstraintKind::Unique,
            ) => Self::DatabaseDamaged(format!(
                "{doing}: a trigger, an index or a row in the database refuses what no rule of a vault does"
            )),
            ErrorCode::Constraint(_) => Rule::Constraint(doing.into()).into(),
            // Statements of a build fit its schema, so it is the schema that is another, or what somebody wrote into it.
            ErrorCode::Sql => Self::DatabaseDamaged(format!(
                "{doing}: SQLite cannot do it with the tables as they are; something in the schema is not what a build makes"
            )),
            code => Self::Unexpected(format!("SQLite answered {} to {doing}", code.raw())),
        }
    }

    pub(crate) fn io(error: &std::io::Error, what: &str) -> Self {
        use std::io::ErrorKind;
        if let Some(Said::Fault(fault)) = said_by(error) {
            return failed(fault, what);
        }
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::DiskFull,
            ErrorKind::FileTooLarge => failed(SystemFault::FileTooLarge, what),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::Denied(what.into()),
            ErrorKind::NotFound => Missing::File(what.into()).into(),
            kind => of_io(error, what).unwrap_or_else(|| Self::Unexpected(format!("{what}: {kind}"))),
        }
    }
}

/// An error of our own calls for which there is no other word; `None` where it is not the system's.
fn of_io(error: &std::io::Error, doing: &str) -> Option<StoreError> {
    Some(failed(SystemFault::Other(error.raw_os_error()?), doing))
}

/// A failed call of SQLite's, by its code and the system's number where it kept one; `None` where the code alone says it.
fn of_sqlite(code: ErrorCode, system: Option<i32>, doing: &str) -> Option<StoreError> {
    match (code, system.map(said)) {
        (ErrorCode::NoMem, _) => Some(failed(SystemFault::NoMemory, doing)),
        (ErrorCode::IoErr(_) | ErrorCode::CantOpen, Some(Said::Full)) => Some(StoreError::DiskFull),
        (ErrorCode::IoErr(_) | ErrorCode::CantOpen, Some(Said::Fault(fault))) if !code.is_damage() => {
            Some(failed(fault, doing))
        }
        // A new `-shm` is filled up: what fails there is its room, where no number says otherwise.
        (ErrorCode::IoErr(_), _) if code.is_shm_size() => Some(StoreError::DiskFull),
        (ErrorCode::IoErr(_) | ErrorCode::Other(_), _) if code.is_lock() => {
            Some(failed(SystemFault::NoLocks, doing))
        }
        (ErrorCode::IoErr(_), _) if !code.is_damage() => Some(failed(SystemFault::DiskFails, doing)),
        _ => None,
    }
}

/// The failure of what was tried.
fn failed(fault: SystemFault, doing: &str) -> StoreError {
    StoreError::System {
        doing: doing.into(),
        fault,
    }
}

impl From<SqliteError> for StoreError {
    fn from(error: SqliteError) -> Self {
        Self::from_sqlite(error.code, error.os_error, error.operation)
    }
}

impl From<CryptoError> for StoreError {
    fn from(error: CryptoError) -> Self {
        match error {
            CryptoError::Full | CryptoError::LaterNote => Self::Unexpected(error.to_string()),
            _ => Self::Unexpected("a cryptographic operation failed (is there randomness?)".into()),
        }
    }
}

impl From<OpenError> for StoreError {
    fn from(_: OpenError) -> Self {
        Self::DatabaseDamaged("a sealed value does not open".into())
    }
}

impl From<KeyRingError> for StoreError {
    fn from(error: KeyRingError) -> Self {
        match error {
            KeyRingError::WrongSecret => Self::WrongSecret,
            KeyRingError::Crypto(error) => error.into(),
            KeyRingError::UnsupportedVersion(version) => Self::SchemaNewer(TooNew::KeyRing(version)),
            KeyRingError::UnknownKdf { slot, kdf } => Self::SchemaNewer(TooNew::Kdf { slot, kdf }),
            KeyRingError::RotationPending => Rule::RotationPending.into(),
            KeyRingError::NotAKeyRing
            | KeyRingError::Damaged
            | KeyRingError::KdfBelowFloor { .. }
            | KeyRingError::KdfAboveCeiling { .. }
            | KeyRingError::KdfSumAboveCeiling { .. }
            | KeyRingError::Tampered(_) => Self::KeyRingDamaged(error),
        }
    }
}

impl SystemFault {
    /// The fault behind a failed call of SQLite's; `None` where it failed for a reason of its own.
    #[must_use]
    pub fn behind(error: &SqliteError) -> Option<Self> {
        match StoreError::from(*error) {
            StoreError::System { fault, .. } => Some(fault),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pending_rotation_is_not_called_damage() {
        let shown = StoreError::from(KeyRingError::RotationPending).to_string();
        assert!(shown.contains("use the build that began it"), "{shown}");
        assert!(!shown.contains("damaged") && !shown.contains("backup"), "{shown}");
    }

    /// Every I/O error of SQLite's has words of its own, by what the system said where it said something.
    #[cfg(target_os = "linux")]
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
            // ENOSPC, EDQUOT
            for system in [28, 122] {
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
        assert!(
            told(4_874, Some(5))
                .to_string()
                .contains("copy the folder to another disk")
        );
        assert!(told(778, Some(27)).to_string().contains("ulimit -f"));
        // Locks that never come to what the log's index needs.
        assert!(told(15, None).to_string().contains("does not lock files"));
        // What SQLite calls a file system that is corrupt is EIO: the disk, and no page of the database's.
        assert!(
            told(8_458, None)
                .to_string()
                .contains("copy the folder to another disk")
        );
        let inodes = std::io::Error::new(std::io::ErrorKind::StorageFull, crate::error::NoInodes);
        let shown = StoreError::io(&inodes, "make a file").to_string();
        assert!(shown.contains("no inodes left"), "{shown}");
        // EMFILE and ENFILE, behind a failed open.
        for system in [24, 23] {
            assert!(
                told(14, Some(system))
                    .to_string()
                    .contains("too many files are open")
            );
            let io = std::io::Error::from_raw_os_error(system);
            assert!(
                StoreError::io(&io, "open the vault")
                    .to_string()
                    .contains("too many files are open")
            );
        }
        let long = std::io::Error::from_raw_os_error(36);
        assert!(
            StoreError::io(&long, "open the vault")
                .to_string()
                .contains("too long")
        );
        let unknown = std::io::Error::from_raw_os_error(71);
        let shown = StoreError::io(&unknown, "open the vault").to_string();
        assert!(
            shown.contains("error 71") && !shown.contains("unexpected"),
            "{shown}"
        );
    }
}
