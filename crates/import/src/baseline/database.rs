//! The source database, opened for reading: rows one by one or in batches, and a check that it did not change.

use std::path::{Path, PathBuf};

use privatus_sqlite::{Column, Connection, Row, SqliteError};

use super::error::BaselineError;
use super::file::{DAMAGED, Stamp, behind, connect, look, unreadable};
use super::key::SourceKey;
use super::schema::Schema;
use super::tables::ALL;

/// Rows and bytes of one batch.
const BATCH_ROWS: usize = 5_000;
const BATCH_BYTES: usize = 16 << 20;

/// An open database of another program. It is not changed, and no file is created next to it.
pub(super) struct SourceDatabase {
    connection: Connection,
    /// The path as typed, for messages.
    path: PathBuf,
    /// The path with links resolved.
    file: PathBuf,
    stamp: Stamp,
}

/// The number of rows in each table of the specification.
#[derive(Debug)]
pub(super) struct RowCounts(Vec<(&'static str, u64)>);

impl RowCounts {
    /// The number of rows in one table.
    pub(super) fn of_table(&self, table: &str) -> u64 {
        let found = self.0.iter().find(|(name, _)| *name == table);
        found.map_or(0, |(_, rows)| *rows)
    }

    /// The number of rows in all tables but these.
    pub(super) fn without(&self, left_out: &[&str]) -> u64 {
        let counted = self.0.iter().filter(|(table, _)| !left_out.contains(table));
        counted.map(|(_, rows)| rows).sum()
    }
}

impl SourceDatabase {
    /// Checks a file from outside and opens it.
    pub(super) fn open(path: &Path, key: &SourceKey) -> Result<Self, BaselineError> {
        let file = behind(path)?;
        let stamp = look(&file, path)?;
        let connection = connect(&file, path, key)?;
        Ok(Self {
            connection,
            path: path.to_owned(),
            file,
            stamp,
        })
    }

    /// The path as typed.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The database's schema.
    pub(super) fn schema(&mut self) -> Result<Schema, BaselineError> {
        Schema::read(&mut self.connection).map_err(|error| self.failed(error))
    }

    /// Counts the rows of each table of the specification.
    pub(super) fn count_all(&mut self) -> Result<RowCounts, BaselineError> {
        let mut counts = Vec::with_capacity(ALL.len());
        for table in ALL {
            counts.push((table, self.count(table)?));
        }
        Ok(RowCounts(counts))
    }

    /// Counts the rows of a table by scanning it, not from an index.
    pub(super) fn count(&mut self, table: &str) -> Result<u64, BaselineError> {
        let mut count = 0;
        self.each(&format!("SELECT count(*) FROM \"{table}\" NOT INDEXED"), |row| {
            if let Column::Integer(rows) = row.column(0) {
                count = u64::try_from(rows).unwrap_or_default();
            }
            Ok(())
        })?;
        Ok(count)
    }

    /// Passes the rows of a statement on in order.
    pub(super) fn each(
        &mut self,
        sql: &str,
        mut take: impl FnMut(&Row<'_>) -> Result<(), BaselineError>,
    ) -> Result<(), BaselineError> {
        let ended = self
            .connection
            .query(sql, &[], |row| take(row).map_err(Ended::Ours));
        match ended {
            Ok(()) => Ok(()),
            Err(Ended::Ours(error)) => Err(error),
            Err(Ended::Sqlite(error)) => Err(self.failed(error)),
        }
    }

    /// Passes the rows of a statement on in batches; `convert` returns how many bytes a row holds.
    pub(super) fn batches<T>(
        &mut self,
        sql: &str,
        mut convert: impl FnMut(&Row<'_>) -> Result<(T, usize), BaselineError>,
        mut take: impl FnMut(Vec<T>) -> Result<(), BaselineError>,
    ) -> Result<(), BaselineError> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        self.each(sql, |row| {
            let (one, size) = convert(row)?;
            batch.push(one);
            bytes += size;
            if batch.len() < BATCH_ROWS && bytes < BATCH_BYTES {
                return Ok(());
            }
            bytes = 0;
            take(std::mem::take(&mut batch))
        })?;
        if batch.is_empty() { Ok(()) } else { take(batch) }
    }

    /// The file's `application_id`.
    pub(super) fn application_id(&mut self) -> Result<Option<i64>, BaselineError> {
        self.connection
            .pragma_i64("application_id")
            .map_err(|error| self.failed(error))
    }

    /// Refuses a file that another program changed while it was read; it was not locked.
    pub(super) fn check_unchanged(&self) -> Result<(), BaselineError> {
        match look(&self.file, &self.path) {
            Ok(stamp) if stamp == self.stamp => Ok(()),
            // If the system cannot stat the file, that says nothing about a change.
            Err(BaselineError::Store(error)) => Err(error.into()),
            _ => Err(BaselineError::Changed(self.path.clone())),
        }
    }

    fn failed(&self, error: SqliteError) -> BaselineError {
        match error.code {
            code if code.is_damage() => unreadable(&self.path, DAMAGED),
            _ => error.into(),
        }
    }
}

/// Why reading rows ended early.
enum Ended {
    Ours(BaselineError),
    Sqlite(SqliteError),
}

impl From<SqliteError> for Ended {
    fn from(error: SqliteError) -> Self {
        Self::Sqlite(error)
    }
}
