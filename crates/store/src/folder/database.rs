//! A database file. SQLite opens it by path, so the file at that path is checked right before and right after.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Folder, Standing, Strange, system};
use crate::error::StoreError;

/// A database and the files that SQLite keeps next to it.
#[derive(Debug, Clone)]
pub(crate) struct DatabaseFile {
    folder: Folder,
    names: Arc<Names>,
}

/// The names of the database and of the files next to it.
#[derive(Debug)]
struct Names {
    database: String,
    journal: String,
    log: String,
    shared: String,
}

impl DatabaseFile {
    pub(crate) fn new(folder: &Folder, name: &str) -> Self {
        Self {
            folder: folder.clone(),
            names: Arc::new(Names {
                database: name.to_owned(),
                journal: format!("{name}-journal"),
                log: format!("{name}-wal"),
                shared: format!("{name}-shm"),
            }),
        }
    }

    /// Returns the path by which SQLite opens the database; it contains no links.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join(&self.names.database)
    }

    pub(crate) const fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Checks the database and the files next to it without opening them: each must be a regular file with one name,
    /// and there must be no rollback journal. A vault only ever has a write-ahead log, and SQLite would write a journal
    /// back into the database unasked (<https://www.sqlite.org/fileformat2.html#the_rollback_journal>).
    ///
    /// # Errors
    /// [`StoreError::StrangeFile`]; [`StoreError::DatabaseMissing`].
    pub(crate) fn look(&self) -> Result<Standing, StoreError> {
        if !self.folder.is_here() {
            return Err(self.folder.refused("", Strange::Replaced));
        }
        let Names {
            database,
            journal,
            log,
            shared,
        } = self.names.as_ref();
        if let Some(found) = self.folder.stand(journal)? {
            let what = found.strange().unwrap_or(Strange::Journal);
            return Err(self.folder.refused(journal, what));
        }
        self.folder.lone_file(log)?;
        self.folder.lone_file(shared)?;
        let found = self.folder.lone_file(database)?;
        found.ok_or_else(|| StoreError::DatabaseMissing(self.folder.named().to_owned()))
    }

    /// Checks again, and that the database is still the same file.
    ///
    /// # Errors
    /// Those of [`look`](Self::look).
    pub(crate) fn look_again(&self, before: &Standing) -> Result<(), StoreError> {
        if self.look()?.is_same(before) {
            return Ok(());
        }
        Err(self.replaced())
    }

    /// Returns the error that refuses a database which is not the file that was checked.
    pub(crate) fn replaced(&self) -> StoreError {
        self.folder.refused(&self.names.database, Strange::Replaced)
    }

    /// Returns the cause of a failed open if the file was replaced, even for a moment. The system's error then
    /// describes the replacement and does not mean that the disk failed.
    pub(crate) fn replaced_by(
        &self,
        before: &Standing,
        number: Option<i32>,
        is_link: bool,
    ) -> Option<StoreError> {
        let strange = number.map(std::io::Error::from_raw_os_error);
        if is_link || strange.is_some_and(|error| system::is_strange(&error)) {
            return Some(self.replaced());
        }
        match self.look_again(before) {
            Err(error @ StoreError::StrangeFile { .. }) => Some(error),
            _ => None,
        }
    }

    /// Returns the size of the write-ahead log in bytes, if there is one. SQLite removes the log when the last
    /// connection closes, so a log means that a process has the vault open or did not close it.
    ///
    /// # Errors
    /// An error if the log cannot be looked at. That is not the same as a missing log.
    pub(crate) fn log(&self) -> Result<Option<u64>, StoreError> {
        let found = self.folder.stand(&self.names.log)?;
        Ok(found.map(|found| found.size))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// A file that was replaced while SQLite opened it is reported as replaced: the system's error number belongs to
    /// the replacement and says nothing about the disk.
    #[cfg(target_os = "linux")]
    #[test]
    #[allow(clippy::disallowed_methods, reason = "a file of this test")]
    fn what_is_exchanged_during_an_open_is_no_broken_disk() {
        let replaced = |found: Option<StoreError>| {
            let what = match found {
                Some(StoreError::StrangeFile { what, .. }) => Some(what),
                _ => None,
            };
            what.is_some_and(|what| matches!(what, Strange::Replaced | Strange::Link))
        };
        let at = tempfile::tempdir().unwrap();
        let inner = at.path().join("vault");
        std::fs::create_dir(&inner).unwrap();
        let path = inner.join("d");
        std::fs::write(&path, "x").unwrap();
        let folder = Folder::open(&inner).unwrap();
        let file = DatabaseFile::new(&folder, "d");
        let seen = file.look().unwrap();
        // A disk failure is still reported as one.
        for system in [None, Some(5), Some(2)] {
            assert!(file.replaced_by(&seen, system, false).is_none(), "{system:?}");
        }
        // The file was replaced, and was back by the time of the check: ELOOP, ENOTDIR.
        for system in [40, 20] {
            assert!(replaced(file.replaced_by(&seen, Some(system), false)), "{system}");
        }
        // Only SQLite saw the link.
        assert!(replaced(file.replaced_by(&seen, None, true)));
        std::fs::rename(&path, inner.join("kept")).unwrap();
        std::os::unix::fs::symlink("d", &path).unwrap();
        assert!(replaced(file.replaced_by(&seen, None, false)));
        std::fs::rename(inner.join("kept"), &path).unwrap();
        std::fs::rename(&inner, at.path().join("moved")).unwrap();
        std::os::unix::fs::symlink("vault", &inner).unwrap();
        assert!(replaced(file.replaced_by(&seen, Some(5), false)));
    }

    #[test]
    fn a_log_that_cannot_be_looked_at_is_not_taken_for_none() {
        let at = tempfile::tempdir().unwrap();
        let folder = Folder::open(at.path()).unwrap();
        assert_eq!(DatabaseFile::new(&folder, "d").log().unwrap(), None);
        // The log's name would be longer than the system allows.
        DatabaseFile::new(&folder, &"d".repeat(255)).log().unwrap_err();
    }
}
