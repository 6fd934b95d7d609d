//! A failed call of SQLite's, by what the file system says to it.

use privatus_sqlite::{ErrorCode, SqliteError};

use crate::error::StoreError;
use crate::folder::DatabaseFile;

/// Why a connection was not opened.
pub(super) enum Opening {
    Refused(StoreError),
    Failed(SqliteError),
    /// The same, where damage has a place.
    FailedAt(SqliteError, &'static str),
}

impl From<StoreError> for Opening {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

impl From<SqliteError> for Opening {
    fn from(error: SqliteError) -> Self {
        Self::Failed(error)
    }
}

impl Opening {
    /// What it is to whoever opens a vault.
    pub(super) fn told(self, file: &DatabaseFile) -> StoreError {
        let of = |error: SqliteError| told(file, error.code, error.os_error, error.operation);
        match self {
            Self::Refused(error) => error,
            Self::Failed(error) => of(error),
            Self::FailedAt(error, place) => match of(error) {
                StoreError::DatabaseDamaged(_) => StoreError::DatabaseDamaged(place.into()),
                other => other,
            },
        }
    }
}

/// A failed call, as the file system tells it where it knows better than SQLite (docs/DESIGN.md, section 10): a quota looks like a
/// broken disk, a file that cannot be made like one that is forbidden, and a file system without locks like another process.
pub(super) fn told(file: &DatabaseFile, code: ErrorCode, system: Option<i32>, doing: &str) -> StoreError {
    let folder = file.folder();
    let error = StoreError::from_sqlite(code, system, doing);
    let asked = match (&error, code) {
        (_, ErrorCode::IoErr(_)) if folder.is_full() => return StoreError::DiskFull,
        (StoreError::Denied(_), _) => folder.new_file_fails(),
        (StoreError::Busy(_), _) => folder.lock_fails(),
        _ => None,
    };
    match asked.map(|asked| StoreError::io(&asked, doing)) {
        Some(said @ (StoreError::System { .. } | StoreError::DiskFull)) => said,
        _ => error,
    }
}
