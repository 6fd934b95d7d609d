//! Converts the errors of the lower crates into the store's, by code and variant, never by text.

use privatus_crypto::{CryptoError, KeyRingError, OpenError};
use privatus_sqlite::{ConstraintKind, ErrorCode, SqliteError};

use super::system::{Said, SystemFault, said, said_by};
use super::{Missing, Rule, StoreError, TooNew};

impl StoreError {
    /// Converts SQLite's code, with the system's error number where SQLite recorded one.
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
                "{doing}: it was stopped after more work than the file's pages can need; the database has a view or a trigger \
                that does not end, or pages that point at one another"
            )),
            // The store checks before it writes whether a number is taken, a row exists, a group has room. The only
            // constraints that an input can break are the checks of a column.
            ErrorCode::Constraint(
                ConstraintKind::Trigger
                | ConstraintKind::ForeignKey
                | ConstraintKind::PrimaryKey
                | ConstraintKind::RowId
                | ConstraintKind::Unique,
            ) => Self::DatabaseDamaged(format!(
                "{doing}: a trigger, an index or a row in the database refuses what a vault's rules allow"
            )),
            ErrorCode::Constraint(_) => Rule::Constraint(doing.into()).into(),
            // A build's statements match its schema, so the schema is different, or somebody changed its contents.
            ErrorCode::Sql => Self::DatabaseDamaged(format!(
                "{doing}: SQLite cannot do this with the present tables; something in the schema was not created by a build"
            )),
            code => Self::Unexpected(format!("{doing}: SQLite returned code {}", code.raw())),
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

/// Converts an error of our own calls that no other variant fits; `None` if it does not come from the system.
fn of_io(error: &std::io::Error, doing: &str) -> Option<StoreError> {
    Some(failed(SystemFault::Other(error.raw_os_error()?), doing))
}

/// Converts a failed SQLite call by its code and the system's error number, if any; `None` where the code alone
/// decides.
fn of_sqlite(code: ErrorCode, system: Option<i32>, doing: &str) -> Option<StoreError> {
    match (code, system.map(said)) {
        (ErrorCode::NoMem, _) => Some(failed(SystemFault::NoMemory, doing)),
        (ErrorCode::IoErr(_) | ErrorCode::CantOpen, Some(Said::Full)) => Some(StoreError::DiskFull),
        (ErrorCode::IoErr(_) | ErrorCode::CantOpen, Some(Said::Fault(fault))) if !code.is_damage() => {
            Some(failed(fault, doing))
        }
        // SQLite fills a new `-shm` file: a failure there means a full disk, unless the system's number says otherwise.
        (ErrorCode::IoErr(_), _) if code.is_shm_size() => Some(StoreError::DiskFull),
        (ErrorCode::IoErr(_) | ErrorCode::Other(_), _) if code.is_lock() => {
            Some(failed(SystemFault::NoLocks, doing))
        }
        (ErrorCode::IoErr(_), _) if !code.is_damage() => Some(failed(SystemFault::DiskFails, doing)),
        _ => None,
    }
}

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
            _ => Self::Unexpected(
                "a cryptographic operation failed (does the system provide random bytes?)".into(),
            ),
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
    /// Returns the system fault that made an SQLite call fail; `None` if the cause is not the system.
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

    /// Every I/O error of SQLite has its own text, which follows the system's error number if there is one.
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
        // SQLite gives up on a lock that it never gets (SQLITE_PROTOCOL).
        assert!(told(15, None).to_string().contains("does not lock files"));
        // SQLite reports EIO as a corrupt file system: the disk is at fault, not a page of the database.
        assert!(
            told(8_458, None)
                .to_string()
                .contains("copy the folder to another disk")
        );
        let inodes = std::io::Error::new(std::io::ErrorKind::StorageFull, crate::error::NoInodes);
        let shown = StoreError::io(&inodes, "make a file").to_string();
        assert!(shown.contains("no inodes left"), "{shown}");
        // EMFILE and ENFILE as the cause of a failed open.
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
