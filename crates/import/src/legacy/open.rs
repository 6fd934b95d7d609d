//! Opens a legacy database: its files, its schema, its row counts. The source is not changed, and no file is created
//! next to it.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use privatus_sqlite::{Connection, OpenMode, SqliteError};
use tempfile::TempDir;

use super::error::LegacyError;
use super::locate::Files;
use super::problem::Table;
use super::rows;
use super::source::{Counts, Source};

/// Bytes copied at a time.
const COPIED: usize = 1 << 18;

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
    /// Opens a database file, or the database in a folder.
    ///
    /// If it has no unmerged changes, the file is read in place (`mode=ro&immutable=1`). If a `-wal` or `-journal` is
    /// not empty, both files are copied into a folder that only this user can access, which is removed when the source
    /// is dropped, and opened there.
    ///
    /// # Errors
    ///
    /// [`LegacyError`]: no such path, another format or schema, cut off, or a salt of the wrong size.
    pub fn open(path: &Path) -> Result<Self, LegacyError> {
        let files = Files::find(path)?;
        let salt = files.read_salt()?;
        let (copy, connection) = open_files(&files)?;
        let mut source = Self::new(files, salt, copy, connection);
        source.check_schema()?;
        let counts = Counts {
            contacts: source.count(Table::Contacts)?,
            settings: source.count(Table::Settings)?,
            messages: source.count(Table::Messages)?,
        };
        source.set_counts(counts);
        Ok(source)
    }

    /// Count in the table itself: an index may be damaged where the rows are intact.
    fn count(&mut self, table: Table) -> Result<u64, LegacyError> {
        let sql = format!("SELECT count(*) AS n FROM {} NOT INDEXED", table.name());
        match self.unless_damaged(table, |connection| sql_query(sql).get_result::<Count>(connection))? {
            Some(count) => Ok(u64::try_from(count.n).unwrap_or(0)),
            None => self.count_reachable(table),
        }
    }

    /// The three tables with the columns to read; all must have rowids.
    fn check_schema(&mut self) -> Result<(), LegacyError> {
        for table in [Table::Contacts, Table::Settings, Table::Messages] {
            let name = table.name();
            let found = self.query(table, |connection| {
                let columns = format!(
                    "SELECT c.name AS name FROM pragma_table_list('{name}') AS t, pragma_table_info('{name}') AS c \
                     WHERE t.schema = 'main' AND t.type = 'table' AND t.wr = 0"
                );
                sql_query(columns).load::<Name>(connection)
            })?;
            let path = self.path().to_owned();
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

fn sqlite_error(path: &Path, error: SqliteError) -> LegacyError {
    LegacyError::of_sqlite(path.to_path_buf(), "sqlite_schema", error)
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
    // Report damage inside a page as damage, and sort without writing to disk.
    connection
        .execute_batch("PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;")
        .map_err(|error| sqlite_error(&files.database, error))?;
    let encoding = connection
        .pragma_text("encoding")
        .map_err(|error| sqlite_error(&files.database, error))?;
    if encoding.as_deref() != Some("UTF-8") {
        return Err(LegacyError::OtherSchema {
            path: files.database.clone(),
            missing: "text in UTF-8".to_owned(),
        });
    }
    Ok((copy, connection))
}

/// Copies the database and its unmerged changes into a folder of mode 0700.
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
        let unread = |source| LegacyError::Io {
            path: from.clone(),
            source,
        };
        let mut from = fs::File::open(from).map_err(unread)?;
        let mut to = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(to)
            .map_err(failed)?;
        let mut chunk = vec![0; COPIED];
        loop {
            // Distinguishes a source that cannot be read from a folder that cannot be written.
            let bytes = match from.read(&mut chunk) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read.map_err(unread)?,
            };
            let Some(read @ [_, ..]) = chunk.get(..bytes) else {
                break;
            };
            to.write_all(read).map_err(failed)?;
        }
    }
    check_journal(copy.path(), files)?;
    Ok(copy)
}

/// Refuses a journal that ends with the name of a super-journal: at the end of the rollback, SQLite deletes the file
/// of that name, wherever it is (<https://www.sqlite.org/fileformat2.html#the_rollback_journal>). This checks the
/// copy, which nobody else changes.
fn check_journal(copy: &Path, files: &Files) -> Result<(), LegacyError> {
    const MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
    let Some((path, _)) = files.unmerged.iter().find(|(_, suffix)| *suffix == "-journal") else {
        return Ok(());
    };
    let read = || {
        let mut journal = fs::File::open(copy.join("legacy.db-journal"))?;
        let mut end = [0; MAGIC.len()];
        if journal.metadata()?.len() >= 16 {
            journal.seek(SeekFrom::End(-8))?;
            journal.read_exact(&mut end)?;
        }
        Ok(end)
    };
    match read() {
        Ok(MAGIC) => Err(LegacyError::SuperJournal { path: path.clone() }),
        Ok(_) => Ok(()),
        Err(source) => Err(LegacyError::Io {
            path: path.clone(),
            source,
        }),
    }
}
