//! A database file that SQLite opens: by its path, so what stands there is looked at right before and right after.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Folder, Standing, Strange};
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
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_log_that_cannot_be_looked_at_is_not_taken_for_none() {
        let at = tempfile::tempdir().unwrap();
        let folder = Folder::open(at.path()).unwrap();
        assert_eq!(DatabaseFile::new(&folder, "d").log().unwrap(), None);
        // Its name would be longer than the system takes.
        DatabaseFile::new(&folder, &"d".repeat(255)).log().unwrap_err();
    }
}
