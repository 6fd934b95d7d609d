//! An opened legacy database. The source never changes by a byte, and gets no files beside it.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl as _, SqliteConnection, sql_query};
use privatus_sqlite::{Connection, ErrorCode, OpenMode, SqliteError};
use tempfile::TempDir;

use super::damage::Hole;
use super::error::LegacyError;
use super::locate::Files;
use super::problem::Table;
use super::rows;

/// How many rows there are.
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
    // Before `copy`: the connection is closed first, then the folder under it removed.
    connection: Connection,
    copy: Option<TempDir>,
    path: PathBuf,
    salt_path: PathBuf,
    salt: Option<[u8; 32]>,
    counts: Counts,
    holes: Vec<Hole>,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

impl Source {
    /// Opens a database, or the one in a folder.
    ///
    /// Without unmerged changes beside it the file is read in place (`mode=ro&immutable=1`). With
    /// a `-wal` or `-journal` that is not empty, both are copied into a folder that only this
    /// user can enter, removed when the source is dropped, and opened there.
    ///
    /// # Errors
    ///
    /// [`LegacyError`]: no such path, another format or schema, cut off, a salt of the wrong size.
    pub fn open(path: &Path) -> Result<Self, LegacyError> {
        let files = Files::find(path)?;
        let salt = files.read_salt()?;
        let (copy, connection) = open_files(&files)?;
        let mut source = Self {
            connection,
            copy,
            path: files.database,
            salt_path: files.salt,
            salt,
            counts: Counts::default(),
            holes: Vec::new(),
        };
        source.check_schema()?;
        source.counts = Counts {
            contacts: source.count(Table::Contacts)?,
            settings: source.count(Table::Settings)?,
            messages: source.count(Table::Messages)?,
        };
        Ok(source)
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The salt file is there: it is the second generation, and [`find_keys`](Self::find_keys)
    /// needs the application's password.
    pub fn needs_password(&self) -> bool {
        self.salt.is_some()
    }

    /// Changes beside the database had to be merged in a private copy.
    pub fn is_copied(&self) -> bool {
        self.copy.is_some()
    }

    /// How many rows there are, readable or not; of a damaged table, those that can be reached.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    pub(crate) fn salt(&self) -> Option<[u8; 32]> {
        self.salt
    }

    pub(crate) fn salt_path(&self) -> &Path {
        &self.salt_path
    }

    /// Runs a query on a table; a failure becomes the error that names file and table.
    pub(crate) fn query<T>(
        &mut self,
        table: Table,
        run: impl FnOnce(&mut SqliteConnection) -> Result<T, diesel::result::Error>,
    ) -> Result<T, LegacyError> {
        run(self.connection.diesel()).map_err(|error| {
            let path = self.path.clone();
            match self.code_behind(&error, table) {
                code if code.spoils_connection() => LegacyError::Damaged {
                    path,
                    table: table.name(),
                    code,
                },
                code => LegacyError::Sqlite { path, code },
            }
        })
    }

    /// SQLite's code. diesel tells nobody of a failure behind a query's first row: then the table
    /// is walked once more for it, and what only shows in values is damage.
    fn code_behind(&mut self, error: &diesel::result::Error, table: Table) -> ErrorCode {
        match self.connection.code_of(error) {
            Some(code) if code != ErrorCode::Ok => code,
            _ => {
                let walk = self
                    .connection
                    .execute_batch(&format!("SELECT * FROM {}", table.name()));
                walk.err().map_or(ErrorCode::Corrupt, |error| error.code)
            }
        }
    }

    /// As [`query`](Self::query); `None` when what it reads is damaged.
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
            // What only shows in values is damage.
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

    /// By the table itself: an index may be damaged where no row is.
    fn count(&mut self, table: Table) -> Result<u64, LegacyError> {
        let sql = format!("SELECT count(*) AS n FROM {} NOT INDEXED", table.name());
        match self.unless_damaged(table, |connection| sql_query(sql).get_result::<Count>(connection))? {
            Some(count) => Ok(u64::try_from(count.n).unwrap_or(0)),
            None => self.count_reachable(table),
        }
    }

    /// The three tables with the columns that are read, as tables with rowids, in UTF-8.
    fn check_schema(&mut self) -> Result<(), LegacyError> {
        let encoding = self
            .connection
            .pragma_text("encoding")
            .map_err(|error| sqlite_error(&self.path, error))?;
        let other = |missing: String| LegacyError::OtherSchema {
            path: self.path.clone(),
            missing,
        };
        if encoding.as_deref() != Some("UTF-8") {
            return Err(other("text in UTF-8".to_owned()));
        }
        for table in [Table::Contacts, Table::Settings, Table::Messages] {
            let name = table.name();
            let found = self.query(table, |connection| {
                let columns = format!(
                    "SELECT c.name AS name FROM pragma_table_list('{name}') AS t, pragma_table_info('{name}') AS c \
                     WHERE t.schema = 'main' AND t.type = 'table' AND t.wr = 0"
                );
                sql_query(columns).load::<Name>(connection)
            })?;
            let path = self.path.clone();
            let other = |missing| Err(LegacyError::OtherSchema { path, missing });
            if found.is_empty() {
                return other(format!("table {name}"));
            }
            let mut wanted = rows::columns(table).iter();
            if let Some(column) = wanted.find(|column| !found.iter().any(|found| found.name == column.name)) {
                return other(format!("column {name}.{}", column.name));
            }
        }
        Ok(())
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

fn sqlite_error(path: &Path, error: SqliteError) -> LegacyError {
    let path = path.to_path_buf();
    match error.code {
        code if code.spoils_connection() => LegacyError::Damaged {
            path,
            table: "sqlite_schema",
            code,
        },
        code => LegacyError::Sqlite { path, code },
    }
}

fn open_files(files: &Files) -> Result<(Option<TempDir>, Connection), LegacyError> {
    let (copy, path, mode) = if files.unmerged.is_empty() {
        (None, files.real.clone(), OpenMode::ReadOnlyImmutable)
    } else {
        let copy = private_copy(files)?;
        let path = copy.path().join("legacy.db");
        (Some(copy), path, OpenMode::ReadWrite)
    };
    let options = privatus_sqlite::OpenOptions::new(mode);
    let mut connection =
        Connection::open(&path, &options).map_err(|error| sqlite_error(&files.database, error))?;
    // Damage inside a page is answered as damage, and sorting leaves nothing on disk.
    connection
        .execute_batch("PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;")
        .map_err(|error| sqlite_error(&files.database, error))?;
    Ok((copy, connection))
}

/// The database and what is unmerged beside it, in a folder of mode 0700.
fn private_copy(files: &Files) -> Result<TempDir, LegacyError> {
    let folder = tempfile::env::temp_dir();
    let failed = |source| LegacyError::Copy {
        folder: folder.clone(),
        source,
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix("privatus-import-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let copy = builder.tempdir().map_err(failed)?;
    let database = (files.real.clone(), "");
    for (from, suffix) in std::iter::once(&database).chain(&files.unmerged) {
        let to = copy.path().join(format!("legacy.db{suffix}"));
        let mut from = fs::File::open(from).map_err(|source| LegacyError::Io {
            path: from.clone(),
            source,
        })?;
        let mut to = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(to)
            .map_err(failed)?;
        io::copy(&mut from, &mut to).map_err(failed)?;
    }
    Ok(copy)
}
