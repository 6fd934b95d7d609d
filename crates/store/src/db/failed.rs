//! Finds the real cause of a failed SQLite call by asking the file system.

use privatus_sqlite::{ErrorCode, SqliteError};

use crate::error::{StoreError, SystemFault};
use crate::folder::{DatabaseFile, Folder};

/// Why a connection could not be opened.
pub(super) enum Opening {
    Refused(StoreError),
    Failed(SqliteError),
    /// A failed call, and what to say if it means damage.
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
    /// Returns the system's error number, if there is one.
    pub(super) const fn system(&self) -> Option<i32> {
        match self {
            Self::Refused(_) => None,
            Self::Failed(error) | Self::FailedAt(error, _) => error.os_error,
        }
    }

    /// Whether SQLite met a link.
    pub(super) const fn is_link(&self) -> bool {
        match self {
            Self::Refused(_) => false,
            Self::Failed(error) | Self::FailedAt(error, _) => matches!(error.code, ErrorCode::SymbolicLink),
        }
    }

    /// Converts this into the store's error.
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

/// Converts a failed call, and asks the file system where SQLite's code is misleading (docs/DESIGN.md, section 10): an
/// exceeded quota looks like a broken disk, a file that cannot be created looks like a denied one, and a file system
/// without locks looks like another process.
pub(super) fn told(file: &DatabaseFile, code: ErrorCode, system: Option<i32>, doing: &str) -> StoreError {
    let error = StoreError::from_sqlite(code, system, doing);
    match code {
        ErrorCode::IoErr(_) if file.folder().is_full() => StoreError::DiskFull,
        _ => asked(file.folder(), error, doing),
    }
}

/// Asks the file system about an error that already is a store's. Statements on the raw handle, such as migrations,
/// have their errors mapped without a look at the file system.
pub(crate) fn asked(folder: &Folder, error: StoreError, doing: &str) -> StoreError {
    let asked = match &error {
        StoreError::System {
            fault: SystemFault::DiskFails,
            ..
        } if folder.is_full() => return StoreError::DiskFull,
        StoreError::Denied(_) => folder.new_file_fails(),
        StoreError::Busy(_) => folder.lock_fails(),
        _ => None,
    };
    match asked.map(|asked| StoreError::io(&asked, doing)) {
        Some(said @ (StoreError::System { .. } | StoreError::DiskFull)) => said,
        _ => error,
    }
}
