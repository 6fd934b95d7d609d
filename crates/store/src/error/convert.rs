//! What the crates below say, as the store says it: by code and variant, never by text.

use privatus_crypto::{CryptoError, KeyRingError, OpenError};
use privatus_sqlite::{ConstraintKind, ErrorCode, SqliteError};

use super::system::{of_io, of_sqlite};
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
            ErrorCode::Perm | ErrorCode::CantOpen => {
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
            code => Self::Unexpected(format!("SQLite answered {} to {doing}", code.raw())),
        }
    }

    pub(crate) fn io(error: &std::io::Error, what: &str) -> Self {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => Self::DiskFull,
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::Denied(what.into()),
            ErrorKind::NotFound => Missing::File(what.into()).into(),
            kind => of_io(error, what).unwrap_or_else(|| Self::Unexpected(format!("{what}: {kind}"))),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pending_rotation_is_not_called_damage() {
        let shown = StoreError::from(KeyRingError::RotationPending).to_string();
        assert!(shown.contains("use the build that began it"), "{shown}");
        assert!(!shown.contains("damaged") && !shown.contains("backup"), "{shown}");
    }
}
