//! A plain connection of the same library build and driver, with the store's pragmas.

use std::path::{Path, PathBuf};

use anyhow::Result;
use privatus_sqlite::{CheckpointMode, Connection, OpenMode, OpenOptions, RawKey, Row, Value};

/// The store's pragmas, set once and not read back.
pub(super) const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; \
                       PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON; \
                       PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = ";

/// A database file and its one connection.
pub(crate) struct Plain {
    path: PathBuf,
    key: Option<RawKey>,
    connection: Connection,
}

impl Plain {
    /// Creates a file, encrypted if a key is passed.
    pub(crate) fn create(path: &Path, key: Option<RawKey>, schema: &str) -> Result<Self> {
        let mut connection = connect(path, OpenMode::Create, key.as_ref(), 64_000)?;
        connection.execute_batch(schema)?;
        Ok(Self {
            path: path.to_owned(),
            key,
            connection,
        })
    }

    /// Runs statements that are not kept prepared.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        Ok(self.connection.execute_batch(sql)?)
    }

    /// Runs a statement without rows, prepared once.
    pub(crate) fn run(&mut self, sql: &str, binds: &[Value<'_>]) -> Result<()> {
        self.connection.run(sql, binds)?;
        Ok(())
    }

    /// All rows of a statement, prepared once; at most 50 are expected.
    pub(crate) fn rows<T>(
        &mut self,
        sql: &str,
        binds: &[Value<'_>],
        read: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut rows = Vec::with_capacity(50);
        self.rows_into(&mut rows, sql, binds, read)?;
        Ok(rows)
    }

    /// Appends rows after the existing ones.
    pub(crate) fn rows_into<T>(
        &mut self,
        rows: &mut Vec<T>,
        sql: &str,
        binds: &[Value<'_>],
        read: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<()> {
        self.connection.query(sql, binds, |row| {
            rows.push(read(row)?);
            Ok(())
        })
    }

    /// The row of a statement that has at most one, prepared once.
    pub(crate) fn row<T>(
        &mut self,
        sql: &str,
        binds: &[Value<'_>],
        read: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut found = None;
        self.connection.query(sql, binds, |row| {
            found = Some(read(row)?);
            anyhow::Ok(())
        })?;
        Ok(found)
    }

    /// Merges the log and closes the file; a connection in memory takes its place until the file is opened again.
    pub(crate) fn close(&mut self) -> Result<()> {
        self.connection.wal_checkpoint(CheckpointMode::Truncate)?;
        self.connection = Connection::open_in_memory(&OpenOptions::new(OpenMode::Create))?;
        Ok(())
    }

    /// Opens the file again, with a page cache of this many KiB if one is passed.
    pub(crate) fn open(&mut self, cache: Option<u32>) -> Result<()> {
        self.connection = connect(
            &self.path,
            OpenMode::ReadWrite,
            self.key.as_ref(),
            cache.unwrap_or(64_000),
        )?;
        Ok(())
    }

    /// The database file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

fn connect(path: &Path, mode: OpenMode, key: Option<&RawKey>, cache: u32) -> Result<Connection> {
    let mut options = OpenOptions::new(mode);
    if let Some(key) = key {
        options = options.with_key(key);
    }
    let mut connection = Connection::open(path, &options)?;
    connection.execute_batch(&format!("{PRAGMAS}-{cache}"))?;
    Ok(connection)
}
