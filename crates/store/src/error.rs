//! What can go wrong, each with a text that says what to do next and an exit code of the tool (DESIGN section 10).

use std::path::PathBuf;

use privatus_crypto::{CryptoError, KeyRingError, OpenError, SecretError};
use privatus_domain::{
    AccessError, AuditError, BodyError, ContactError, GroupError, IdError, KeyEntryError, MemberError,
    MessageError, Permission, PictureError, PublicKeyError, Resource, ResourceError, SafetyNumberError,
    SecurityError, SettingError, TimestampError, TransferError, UserError, UserId,
};
use privatus_sqlite::{ErrorCode, SqliteError};

/// A refusal or failure of the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No password, recovery code or key opens it (10).
    #[error(
        "wrong password or recovery code, or the key ring was altered; try again, or use the other secret"
    )]
    WrongSecret,
    /// A password or recovery code that cannot be one (10).
    #[error("{0}")]
    Secret(#[from] SecretError),
    /// There is no vault (11).
    #[error("{0} is not a vault ({1}); create one with `privatus init` or name another with --vault")]
    NotAVault(PathBuf, &'static str),
    /// There is one already (12).
    #[error(
        "{0} already holds a vault or a part of one ({1}); nothing was changed; name another folder with --vault"
    )]
    VaultExists(PathBuf, &'static str),
    /// The key ring is missing while a database stands there (13).
    #[error("the key ring of {0} is missing, but its database is there; put keyring.json back from a backup")]
    KeyRingMissing(PathBuf),
    /// The key ring is damaged or was altered (14).
    #[error("the key ring cannot be used: {0}")]
    KeyRingDamaged(String),
    /// The database is missing while a key ring stands there (15).
    #[error("the database of {0} is missing, but its key ring is there; put privatus.db back from a backup")]
    DatabaseMissing(PathBuf),
    /// The database is damaged (16).
    #[error(
        "the database is damaged ({0}); nothing was deleted; restore a backup or copy the folder before any repair"
    )]
    DatabaseDamaged(String),
    /// The vault was written by a newer build (18).
    #[error("the vault is newer than this build knows: {0}; nothing was changed")]
    SchemaNewer(String),
    /// A migration that this build knows differs from the one applied (19).
    #[error(
        "the vault's schema differs from what this build expects ({0}); use the build that made it, or a backup; nothing was changed"
    )]
    SchemaDiffers(String),
    /// A step of the schema failed, or did what it must not (19).
    #[error(
        "the vault's schema could not be changed ({0}); the step that failed left nothing; tell us, and use the build you had"
    )]
    MigrationFailed(String),
    /// A change of the schema needs more room than the disk has (20).
    #[error(
        "the disk has {free} bytes free, and changing the vault's schema needs {needed}: a copy of the database, and as much for the change; make space and try again; nothing was changed"
    )]
    NoRoom {
        /// Bytes that are needed.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// No space is left (20).
    #[error("the disk is full; whole transactions were kept; make space and run the command again")]
    DiskFull,
    /// Somebody else holds it (21).
    #[error("another process holds the vault ({0}); wait for it or close it, then try again")]
    Busy(&'static str),
    /// The system does not let us (22).
    #[error(
        "permission denied or read-only: {0}; check who owns the folder and its files, and that they can be written"
    )]
    Denied(String),
    /// An input breaks a rule (23).
    #[error("refused: {0}")]
    Refused(String),
    /// What was named is not there (24).
    #[error("not found: {0}")]
    NotFound(String),
    /// The audit log is not what was written (27).
    #[error(
        "the audit log is broken: {0}; nothing was changed; compare with a backup, and with a head that was exported"
    )]
    AuditBroken(String),
    /// The session's user has no grant for it (28).
    #[error("access denied: {user} has no grant for {permission} on {on}; ask for `privatus access grant`")]
    AccessDenied {
        /// The user that the session is bound to.
        user: UserId,
        /// What was asked for.
        permission: Permission,
        /// On what.
        on: Resource,
    },
    /// The caller asked to stop.
    #[error("interrupted; whole transactions were kept; run the command again for the rest")]
    Interrupted,
    /// Everything else (1).
    #[error("unexpected: {0}")]
    Unexpected(String),
}

impl StoreError {
    /// The tool's exit code (DESIGN section 10).
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::WrongSecret | Self::Secret(_) => 10,
            Self::NotAVault(..) => 11,
            Self::VaultExists(..) => 12,
            Self::KeyRingMissing(_) => 13,
            Self::KeyRingDamaged(_) => 14,
            Self::DatabaseMissing(_) => 15,
            Self::DatabaseDamaged(_) => 16,
            Self::SchemaNewer(_) => 18,
            Self::SchemaDiffers(_) | Self::MigrationFailed(_) => 19,
            Self::DiskFull | Self::NoRoom { .. } => 20,
            Self::Busy(_) => 21,
            Self::Denied(_) => 22,
            Self::Refused(_) => 23,
            Self::NotFound(_) => 24,
            Self::AuditBroken(_) => 27,
            Self::AccessDenied { .. } => 28,
            Self::Interrupted | Self::Unexpected(_) => 1,
        }
    }

    /// What breaks a rule on its way out of the database was not refused: it is damaged.
    pub(crate) fn of_stored(self) -> Self {
        match self {
            Self::Refused(why) => Self::DatabaseDamaged(format!("a stored value breaks a rule: {why}")),
            other => other,
        }
    }

    pub(crate) fn from_code(code: ErrorCode, doing: &str) -> Self {
        match code {
            code if code.is_full() => Self::DiskFull,
            code if code.is_busy() => Self::Busy("the database is locked"),
            code if code.is_readonly() => Self::Denied(format!("the database cannot be written ({doing})")),
            code if code.is_damage() => Self::DatabaseDamaged(doing.into()),
            ErrorCode::Perm | ErrorCode::CantOpen => {
                Self::Denied(format!("the database cannot be opened ({doing})"))
            }
            ErrorCode::Interrupt => Self::Interrupted,
            ErrorCode::Constraint(_) => Self::Refused(format!("a rule of the database forbids it ({doing})")),
            code => Self::Unexpected(format!("SQLite answered {} to {doing}", code.raw())),
        }
    }

    pub(crate) fn io(error: &std::io::Error, what: &str) -> Self {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => Self::DiskFull,
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::Denied(what.into()),
            ErrorKind::NotFound => Self::NotFound(what.into()),
            kind => Self::Unexpected(format!("{what}: {kind}")),
        }
    }
}

impl From<SqliteError> for StoreError {
    fn from(error: SqliteError) -> Self {
        use std::io::ErrorKind;
        // The system's own word, where SQLite kept it: a quota or a limit is no broken disk.
        let system = error
            .os_error
            .map(|number| std::io::Error::from_raw_os_error(number).kind());
        if matches!(error.code, ErrorCode::IoErr(_))
            && matches!(
                system,
                Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
            )
        {
            return Self::DiskFull;
        }
        Self::from_code(error.code, error.operation)
    }
}

impl From<CryptoError> for StoreError {
    fn from(_: CryptoError) -> Self {
        Self::Unexpected("a cryptographic operation failed (is there randomness?)".into())
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
            KeyRingError::UnsupportedVersion(version) => {
                Self::SchemaNewer(format!("key ring {version}; use a newer privatus"))
            }
            // Nothing is damaged, and a backup would not help.
            KeyRingError::RotationPending => Self::Refused(error.to_string()),
            other => Self::KeyRingDamaged(other.to_string()),
        }
    }
}

macro_rules! refused {
    ($($error:ty),*) => {
        $(impl From<$error> for StoreError {
            fn from(error: $error) -> Self {
                Self::Refused(error.to_string())
            }
        })*
    };
}

refused!(
    AccessError,
    AuditError,
    BodyError,
    ContactError,
    GroupError,
    IdError,
    MemberError,
    KeyEntryError,
    MessageError,
    PictureError,
    PublicKeyError,
    ResourceError,
    SafetyNumberError,
    SecurityError,
    SettingError,
    TimestampError,
    TransferError,
    UserError
);

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
