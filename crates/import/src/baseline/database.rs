//! The database of a source, opened to read it: rows one by one or in batches, and whether it is still what it was.

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

/// An open database of another program. Nothing of it changes, and no file comes beside it.
pub(super) struct SourceDatabase {
    connection: Connection,
    /// As it was typed, for the texts.
    path: PathBuf,
    /// What is behind it.
    file: PathBuf,
    stamp: Stamp,
}

/// How many rows each table of the specification has.
#[derive(Debug)]
pub(super) struct RowCounts(Vec<(&'static str, u64)>);

impl RowCounts {
    /// Rows of one table.
    pub(super) fn of_table(&self, table: &str) -> u64 {
        let found = self.0.iter().find(|(name, _)| *name == table);
        found.map_or(0, |(_, rows)| *rows)
    }

    /// Rows of all tables but these.
    pub(super) fn without(&self, left_out: &[&str]) -> u64 {
        let counted = self.0.iter().filter(|(table, _)| !left_out.contains(table));
        counted.map(|(_, rows)| rows).sum()
    }
}

impl SourceDatabase {
    /// Looks at a file from outside and opens it.
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

    /// Where it is, as it was typed.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What it is made of.
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

    /// Rows of a table, walked and not taken from an index.
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

    /// Gives the rows of a statement in their order.
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

    /// Gives the rows of a statement in batches; `convert` says how many bytes one holds.
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

    /// `application_id` of the file.
    pub(super) fn application_id(&mut self) -> Result<Option<i64>, BaselineError> {
        self.connection
            .pragma_i64("application_id")
            .map_err(|error| self.failed(error))
    }

    /// Refuses a file that another program changed while it was read: nobody was asked to wait.
    pub(super) fn check_unchanged(&self) -> Result<(), BaselineError> {
        match look(&self.file, &self.path) {
            Ok(stamp) if stamp == self.stamp => Ok(()),
            // What the system does not let us see says nothing of the file.
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

/// Why rows ended before their end.
enum Ended {
    Ours(BaselineError),
    Sqlite(SqliteError),
}

impl From<SqliteError> for Ended {
    fn from(error: SqliteError) -> Self {
        Self::Sqlite(error)
    }
}
