//! The copy of the database that a change of its schema leaves beside it.
#![allow(
    clippy::disallowed_methods,
    reason = "files of the copy, which no connection has open; never the database"
)]

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::StoreError;
use crate::vault::Files;
use crate::vault::files::create;

/// What a copy's name begins with; the version of its schema follows.
const NAME: &str = "privatus.db.snapshot";

impl Files {
    /// Makes an empty file, 0600, for SQLite to fill; what an interrupted copy left goes.
    pub(crate) fn snapshot_begin(&self) -> Result<PathBuf, StoreError> {
        let path = self.root().join(format!("{NAME}.partial"));
        // Cut to nothing where it stands: SQLite writes a copy into an empty file alone.
        create(&path, true).map_err(|error| StoreError::io(&error, "make the copy of the database"))?;
        Ok(path)
    }

    /// Makes a copy durable under the name of its schema; gives that and its size. A copy that stands is never replaced:
    /// it may have what this one has not.
    pub(crate) fn snapshot_keep(&self, partial: &Path, version: i64) -> Result<(PathBuf, u64), StoreError> {
        let keep = || {
            let file = File::open(partial)?;
            file.sync_all()?;
            let base = format!("{NAME}-{version}");
            let numbered = (2_u32..).map(|number| format!("{base}.{number}"));
            let free = std::iter::once(base.clone())
                .chain(numbered)
                .map(|name| self.root().join(name))
                .find(|path| !path.exists())
                .ok_or(ErrorKind::AlreadyExists)?;
            fs::rename(partial, &free)?;
            self.sync_folder()?;
            Ok((free, file.metadata()?.len()))
        };
        keep().map_err(|error: std::io::Error| StoreError::io(&error, "keep the copy of the database"))
    }

    /// Removes a copy that did not become whole, or that nothing was changed after.
    pub(crate) fn snapshot_discard(&self, path: &Path) {
        let _ = fs::remove_file(path);
    }

    /// Removes all copies, after an open that went well.
    pub(crate) fn snapshots_outlived(&self) -> Result<(), StoreError> {
        let failed = |error: std::io::Error| StoreError::io(&error, "remove the copy of the database");
        for entry in fs::read_dir(self.root()).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if entry.file_name().as_encoded_bytes().starts_with(NAME.as_bytes()) {
                fs::remove_file(entry.path()).map_err(failed)?;
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
