//! A database file that SQLite opens: by its path, so what stands there is looked at right before and right after.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Folder, Standing, Strange, system};
use crate::error::StoreError;

/// A database and what SQLite keeps beside it.
#[derive(Debug, Clone)]
pub(crate) struct DatabaseFile {
    folder: Folder,
    names: Arc<Names>,
}

/// The database's name, and those of what stands beside it.
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

    /// Where SQLite opens it: no link on the way.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join(&self.names.database)
    }

    pub(crate) const fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Looks at the file and at what stands beside it, without opening anything: a regular file of one name, and no
    /// journal. A vault writes a log and never a journal, and SQLite would write one over the database unasked
    /// (<https://www.sqlite.org/fileformat2.html#the_rollback_journal>).
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

    /// Looks again: the same file still, and nothing came beside it.
    ///
    /// # Errors
    /// As [`look`](Self::look).
    pub(crate) fn look_again(&self, before: &Standing) -> Result<(), StoreError> {
        if self.look()?.is_same(before) {
            return Ok(());
        }
        Err(self.replaced())
    }

    /// The refusal of a file that is another than the one that was looked at.
    pub(crate) fn replaced(&self) -> StoreError {
        self.folder.refused(&self.names.database, Strange::Replaced)
    }

    /// Why an open failed, where something else stands there by now, or stood there for a moment: what the system then says is
    /// of that, and no failure of the disk's.
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

    /// Bytes of the write-ahead log. SQLite removes it when the last connection closes: where one stands, somebody has
    /// the vault open, or did not close it.
    ///
    /// # Errors
    /// Where nobody can tell: that is no log that is not there.
    pub(crate) fn log(&self) -> Result<Option<u64>, StoreError> {
        let found = self.folder.stand(&self.names.log)?;
        Ok(found.map(|found| found.size))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// What was exchanged while SQLite opened it is told as that: the system's number is of what stood there then, and says
    /// nothing of the disk.
    #[cfg(target_os = "linux")]
    #[test]
    #[allow(clippy::disallowed_methods, reason = "the file is nobody's")]
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
        // A failure of the disk's stays one.
        for system in [None, Some(5), Some(2)] {
            assert!(file.replaced_by(&seen, system, false).is_none(), "{system:?}");
        }
        // Exchanged, and back by the time that it is looked at: ELOOP, ENOTDIR.
        for system in [40, 20] {
            assert!(replaced(file.replaced_by(&seen, Some(system), false)), "{system}");
        }
        // A link that SQLite met, and nobody else.
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
        // Its name would be longer than the system takes.
        DatabaseFile::new(&folder, &"d".repeat(255)).log().unwrap_err();
    }
}
