//! An open legacy database: its properties, and queries that convert errors.

use std::path::{Path, PathBuf};

use diesel::SqliteConnection;
use privatus_sqlite::{Connection, ErrorCode, SqliteError};
use tempfile::TempDir;

use super::error::LegacyError;
use super::locate::Files;
use super::problem::Table;

/// Row counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Rows of `contacts`.
    pub contacts: u64,
    /// Rows of `settings`.
    pub settings: u64,
    /// Rows of `messages`.
    pub messages: u64,
}

/// An opened legacy database.
pub struct Source {
    // Declared before `copy`: the connection is closed first, then its folder is removed.
    connection: Connection,
    copy: Option<TempDir>,
    path: PathBuf,
    salt_path: PathBuf,
    salt: Option<[u8; 32]>,
    counts: Counts,
    holes: Vec<Hole>,
}

/// Rowids of a table that cannot be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hole {
    pub(super) table: Table,
    /// The first rowid.
    pub(super) from: i64,
    /// The last one.
    pub(super) to: i64,
}

impl Source {
    /// Creates a source whose rows are not counted yet. `copy` is the private folder that the connection is in, if
    /// there is one.
    pub(super) fn new(
        files: Files,
        salt: Option<[u8; 32]>,
        copy: Option<TempDir>,
        connection: Connection,
    ) -> Self {
        Self {
            connection,
            copy,
            path: files.database,
            salt_path: files.salt,
            salt,
            counts: Counts::default(),
            holes: Vec::new(),
        }
    }

    pub(super) fn set_counts(&mut self, counts: Counts) {
        self.counts = counts;
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is a salt file: the database is then of the second generation, and [`find_keys`](Self::find_keys)
    /// needs the application's password.
    pub fn needs_password(&self) -> bool {
        self.salt.is_some()
    }

    /// Whether changes next to the database had to be merged in a private copy.
    pub fn is_copied(&self) -> bool {
        self.copy.is_some()
    }

    /// The number of rows, readable or not; for a damaged table, of those that can be reached.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    pub(crate) fn salt(&self) -> Option<[u8; 32]> {
        self.salt
    }

    pub(crate) fn salt_path(&self) -> &Path {
        &self.salt_path
    }

    /// Runs a query on a table; an error names the file and the table.
    pub(crate) fn query<T>(
        &mut self,
        table: Table,
        run: impl FnOnce(&mut SqliteConnection) -> Result<T, diesel::result::Error>,
    ) -> Result<T, LegacyError> {
        run(self.connection.diesel()).map_err(|error| {
            let error = self.behind(&error, table);
            LegacyError::of_sqlite(self.path.clone(), table.name(), error)
        })
    }

    /// Finds SQLite's error code. diesel does not report a failure after a query's first row, so the table is scanned
    /// again to find it. If that finds none, the values themselves are damaged.
    fn behind(&mut self, error: &diesel::result::Error, table: Table) -> SqliteError {
        let answered = |code, os_error| SqliteError {
            code,
            operation: "read a table",
            os_error,
        };
        match self.connection.code_of(error) {
            Some(code) if code != ErrorCode::Ok => answered(code, self.connection.last_system_error()),
            _ => {
                let walk = self
                    .connection
                    .execute_batch(&format!("SELECT * FROM {}", table.name()));
                walk.err().unwrap_or(answered(ErrorCode::Corrupt, None))
            }
        }
    }

    /// Runs a query on a table; `None` if what it reads is damaged.
    pub(crate) fn unless_damaged<T>(
        &mut self,
        table: Table,
        run: impl FnOnce(&mut SqliteConnection) -> Result<T, diesel::result::Error>,
    ) -> Result<Option<T>, LegacyError> {
        let error = match run(self.connection.diesel()) {
            Ok(value) => return Ok(Some(value)),
            Err(error) => error,
        };
        match self.connection.code_of(&error) {
            // The damage only shows in the values.
            None | Some(ErrorCode::Ok) => Ok(None),
            Some(code) if code.is_damage() => Ok(None),
            Some(_) => self.query(table, |_| Err(error)),
        }
    }

    pub(crate) fn holes(&self) -> &[Hole] {
        &self.holes
    }

    pub(crate) fn add_hole(&mut self, hole: Hole) {
        self.holes.push(hole);
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source")
            .field("path", &self.path)
            .field("counts", &self.counts)
            .finish_non_exhaustive()
    }
}
