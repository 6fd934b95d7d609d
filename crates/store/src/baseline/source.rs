//! A database of another program that is to be adopted: looked at, opened to read it, compared, never changed.
use std::path::{Path, PathBuf};

use privatus_sqlite::{Column, Connection, Row, SqliteError};

use super::compare::{compare, specification};
use super::error::BaselineError;
use super::file::{DAMAGED, Stamp, behind, connect, look, unreadable};
use super::key::SourceKey;
use super::rules;
use super::schema::Schema;

/// Rows and bytes of one batch.
const BATCH_ROWS: usize = 5_000;
const BATCH_BYTES: usize = 16 << 20;

/// A database with the specification's 1.0.0 tables and no ledger of migrations, opened to be adopted by
/// [`Store::adopt`](crate::Store::adopt). Nothing of it changes, and no file comes beside it.
pub struct BaselineSource {
    connection: Connection,
    /// As it was typed, for the texts.
    path: PathBuf,
    /// What is behind it.
    file: PathBuf,
    stamp: Stamp,
    /// Rows of each table.
    pub(super) counts: Vec<(&'static str, u64)>,
    pub(super) notes: Vec<String>,
    pub(super) skips_keys: bool,
}

impl std::fmt::Debug for BaselineSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BaselineSource({})", self.path.display())
    }
}

impl BaselineSource {
    /// Opens a database, compares its tables with the specification's and looks whether its rows can be taken over.
    ///
    /// Its rows of `key_store` are keys of another application, which nobody here can unwrap: they are a reason to refuse
    /// it unless `skips_keys` leaves them out.
    ///
    /// # Errors
    /// [`BaselineError`].
    pub fn open(path: &Path, key: &SourceKey, skips_keys: bool) -> Result<Self, BaselineError> {
        let file = behind(path)?;
        let stamp = look(&file, path)?;
        let connection = connect(&file, path, key)?;
        let mut source = Self {
            connection,
            path: path.to_owned(),
            file,
            stamp,
            counts: Vec::new(),
            notes: Vec::new(),
            skips_keys,
        };
        if rules::is_vault(&mut source)? {
            return Err(BaselineError::IsVault(path.to_owned()));
        }
        source.check_schema()?;
        rules::check(&mut source)?;
        Ok(source)
    }

    fn check_schema(&mut self) -> Result<(), BaselineError> {
        let found = Schema::read(&mut self.connection).map_err(|error| self.failed(error))?;
        let mut compared = compare(&specification()?, &found);
        for table in std::mem::take(&mut compared.like) {
            if self.count(&table)? == 0 {
                compared.notes.push(format!(
                    "the table {table} is empty and was left out: SQLite takes LIKE for a column's name"
                ));
            } else {
                compared.differs(format!("table {table} has rows and only a column named LIKE"));
            }
        }
        if compared.count > 0 {
            return Err(BaselineError::Differs {
                path: self.path.clone(),
                differences: compared.differences,
                count: compared.count,
            });
        }
        self.notes = compared.notes;
        Ok(())
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
            _ => Err(BaselineError::Changed(self.path.clone())),
        }
    }

    fn failed(&self, error: SqliteError) -> BaselineError {
        match error.code {
            code if code.spoils_connection() => unreadable(&self.path, DAMAGED),
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
