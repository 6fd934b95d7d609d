//! A database of another program that can be adopted: its schema compared and its rows checked.

use std::path::Path;

use super::compare::{compare, specification};
use super::database::{RowCounts, SourceDatabase};
use super::error::BaselineError;
use super::key::SourceKey;
use super::rules;

/// A database with the specification's 1.0.0 tables and no migration ledger, open for [adoption](Self::adopt). It is
/// not changed, and no file is created next to it.
pub struct BaselineSource {
    pub(super) database: SourceDatabase,
    pub(super) counts: RowCounts,
    /// Differences that do not matter, one sentence each.
    pub(super) notes: Vec<String>,
}

impl std::fmt::Debug for BaselineSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BaselineSource({})", self.database.path().display())
    }
}

impl BaselineSource {
    /// Opens a database, compares its tables with the specification's, and checks that its rows can be adopted.
    ///
    /// Rows of `key_store` are keys of another application, which this vault cannot unwrap. The database is refused if
    /// it has any, unless `skips_keys` leaves them out.
    ///
    /// # Errors
    /// [`BaselineError`].
    pub fn open(path: &Path, key: &SourceKey, skips_keys: bool) -> Result<Self, BaselineError> {
        let mut database = SourceDatabase::open(path, key)?;
        if rules::is_vault(&mut database)? {
            return Err(BaselineError::IsVault(path.to_owned()));
        }
        let notes = check_schema(&mut database)?;
        let counts = database.count_all()?;
        let keys = counts.of_table("key_store");
        if keys > 0 && !skips_keys {
            return Err(BaselineError::ForeignKeys(keys));
        }
        rules::check(&mut database)?;
        Ok(Self {
            database,
            counts,
            notes,
        })
    }
}

/// Refuses tables other than the specification's; returns the differences that do not matter.
fn check_schema(database: &mut SourceDatabase) -> Result<Vec<String>, BaselineError> {
    let found = database.schema()?;
    let mut compared = compare(&specification()?, &found);
    for table in std::mem::take(&mut compared.like) {
        if database.count(&table)? == 0 {
            compared.notes.push(format!(
                "the table {table} is empty and was left out: SQLite reads LIKE as a column name"
            ));
        } else {
            compared.differs(format!("table {table} has rows and only a column named LIKE"));
        }
    }
    if compared.count > 0 {
        return Err(BaselineError::Differs {
            path: database.path().to_owned(),
            differences: compared.differences,
            count: compared.count,
        });
    }
    Ok(compared.notes)
}
