//! What a step needs from the vault it runs in.

use privatus_sqlite::Connection;
use zeroize::Zeroizing;

use crate::error::MigrateError;

/// The months of a vault.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Partitions {
    /// The table that defines the month tables; empty if there are no months.
    pub template: String,
    /// The existing month tables, oldest first.
    pub tables: Vec<String>,
    /// A month stored in a separate file, if there is one: statements do not reach it.
    pub sealed: Option<String>,
}

/// The vault around a step: its months, its views over them, and its sealed values.
pub trait Host {
    /// The existing month tables.
    ///
    /// # Errors
    /// If the catalogue cannot be read.
    fn partitions(&mut self, db: &mut Connection) -> Result<Partitions, MigrateError>;

    /// Statements that create what a month has in addition to the template's parts.
    fn month_extras(&self, _table: &str) -> Vec<String> {
        Vec::new()
    }

    /// Rewrites the views over all months after a step.
    ///
    /// # Errors
    /// SQLite's errors, or a view of another form.
    fn refresh_views(&mut self, db: &mut Connection) -> Result<(), MigrateError>;

    /// The vault's identity, which no step may change.
    ///
    /// # Errors
    /// SQLite's errors.
    fn identity(&mut self, _db: &mut Connection) -> Result<Vec<u8>, MigrateError> {
        Ok(Vec::new())
    }

    /// Opens a sealed value; the result wipes itself. `row_id` is the row's primary key in canonical bytes. A host
    /// without keys treats the value as its plaintext.
    ///
    /// # Errors
    /// [`MigrateError::Sealed`], and errors of finding its key.
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

    /// Seals a value, with unbuffered randomness, under the key whose number is in `envelope`, the value it replaces.
    ///
    /// # Errors
    /// Errors of finding the key, and of randomness.
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

/// A database without months whose values are not sealed: for steps that only change the schema.
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
