//! What a step needs of the vault that it runs in.

use privatus_sqlite::Connection;
use zeroize::Zeroizing;

use crate::error::MigrateError;

/// The months of a vault.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Partitions {
    /// The table whose text each month's table has; empty where there are no months.
    pub template: String,
    /// The months' tables that stand, oldest first.
    pub tables: Vec<String>,
    /// A month that is in a file of its own, if there is one: no statement reaches it.
    pub sealed: Option<String>,
}

/// The vault around a step: its months, its views over them, and its sealed values.
pub trait Host {
    /// The months' tables that stand.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    fn partitions(&mut self, db: &mut Connection) -> Result<Partitions, MigrateError>;

    /// Statements that make what a month has beside the template's.
    fn month_extras(&self, _table: &str) -> Vec<String> {
        Vec::new()
    }

    /// Writes the views over all months again, after a step.
    ///
    /// # Errors
    /// SQLite's, or a view of another form.
    fn refresh_views(&mut self, db: &mut Connection) -> Result<(), MigrateError>;

    /// What tells this vault from others, which no step may change.
    ///
    /// # Errors
    /// SQLite's.
    fn identity(&mut self, _db: &mut Connection) -> Result<Vec<u8>, MigrateError> {
        Ok(Vec::new())
    }

    /// Opens a sealed value, to be wiped when it goes; `row_id` is the row's primary key in canonical bytes. A host without keys takes the value for
    /// its plaintext.
    ///
    /// # Errors
    /// [`MigrateError::Sealed`], and those of finding its key.
    fn open(
        &mut self,
        _db: &mut Connection,
        _table: &str,
        _column: &str,
        _row_id: &[u8],
        envelope: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, MigrateError> {
        Ok(Zeroizing::new(envelope.to_vec()))
    }

    /// Seals a value, with randomness drawn unbuffered, under the key whose number `envelope`, the value it replaces, carries.
    ///
    /// # Errors
    /// Those of finding the key, and no randomness.
    fn reseal(
        &mut self,
        _db: &mut Connection,
        _table: &str,
        _column: &str,
        _row_id: &[u8],
        _envelope: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, MigrateError> {
        Ok(plain.to_vec())
    }
}

/// A database without months, whose values are not sealed: for the schema of a step alone.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPartitions;

impl Host for NoPartitions {
    fn partitions(&mut self, _: &mut Connection) -> Result<Partitions, MigrateError> {
        Ok(Partitions::default())
    }

    fn refresh_views(&mut self, _: &mut Connection) -> Result<(), MigrateError> {
        Ok(())
    }
}
