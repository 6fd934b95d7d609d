//! The copy of the database that a change of its schema leaves beside it.
#![allow(
    clippy::disallowed_methods,
    reason = "files of the copy, which no connection has open; never the database"
)]

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::PathBuf;

use crate::error::StoreError;
use crate::vault::Files;
use crate::vault::files::create;

impl Files {
    /// The copy, whole.
    pub(crate) fn snapshot(&self) -> PathBuf {
        self.root().join("privatus.db.snapshot")
    }

    fn snapshot_partial(&self) -> PathBuf {
        self.root().join("privatus.db.snapshot.partial")
    }

    /// Makes the empty file, 0600, for SQLite to fill; what an interrupted copy left goes.
    pub(crate) fn snapshot_begin(&self) -> Result<PathBuf, StoreError> {
        let path = self.snapshot_partial();
        // Cut to nothing where it stands: SQLite writes a copy into an empty file alone.
        create(&path, true).map_err(|error| StoreError::io(&error, "make the copy of the database"))?;
        Ok(path)
    }

    /// Makes the copy durable under its name, and gives its size.
    pub(crate) fn snapshot_keep(&self) -> Result<u64, StoreError> {
        let keep = || {
            let file = File::open(self.snapshot_partial())?;
            file.sync_all()?;
            fs::rename(self.snapshot_partial(), self.snapshot())?;
            self.sync_folder()?;
            Ok(file.metadata()?.len())
        };
        keep().map_err(|error: std::io::Error| StoreError::io(&error, "keep the copy of the database"))
    }

    /// Removes the copy that did not become whole; one from before stays until an open goes well.
    pub(crate) fn snapshot_abandon(&self) {
        let _ = fs::remove_file(self.snapshot_partial());
    }

    /// Removes the copy, whole or not.
    pub(crate) fn snapshot_discard(&self) {
        self.snapshot_abandon();
        let _ = fs::remove_file(self.snapshot());
    }

    /// Removes the copy after an open that went well. Where none is, nothing is done.
    pub(crate) fn snapshot_outlived(&self) -> Result<(), StoreError> {
        for path in [self.snapshot_partial(), self.snapshot()] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(StoreError::io(&error, "remove the copy of the database"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Bytes that the file system of the vault has free for this user, where it says so.
    #[cfg(unix)]
    pub(crate) fn free_bytes(&self) -> Option<u64> {
        let room = rustix::fs::statvfs(self.root()).ok()?;
        Some(room.f_bavail.saturating_mul(room.f_frsize))
    }

    /// Other systems are not asked: a full disk fails the copy, and leaves nothing.
    #[cfg(not(unix))]
    pub(crate) fn free_bytes(&self) -> Option<u64> {
        None
    }
}
