//! Writes that must change exactly one row, and errors when they do not.
//!
//! A trigger with `RAISE(IGNORE)`, or a view with an `INSTEAD OF` trigger in a table's place, lets a statement succeed
//! without any effect. An audit entry, the destruction of a key or the mark of a removed message would be lost.

use diesel::SqliteConnection;
use diesel::result::QueryResult;

use crate::db::connection::Connection;
use crate::db::statement::Sql;
use crate::error::StoreError;

impl Connection {
    /// Runs a statement that changes one row.
    ///
    /// # Errors
    /// [`StoreError::DatabaseDamaged`] when it changed no row or several; the transaction must then be abandoned.
    pub(crate) fn run_one(&mut self, sql: Sql<'_>, doing: &str) -> Result<(), StoreError> {
        let changed = self.run(sql, doing)?;
        one_row(changed, doing)
    }

    /// Runs a query of diesel's builder that changes one row.
    ///
    /// # Errors
    /// Those of [`run_one`](Self::run_one).
    pub(crate) fn ask_one(
        &mut self,
        doing: &str,
        query: impl FnOnce(&mut SqliteConnection) -> QueryResult<usize>,
    ) -> Result<(), StoreError> {
        let changed = self.ask(doing, query)?;
        one_row(changed, doing)
    }

    /// Runs a statement that writes one row of another program; `false` if the schema refuses it.
    ///
    /// # Errors
    /// Those of [`run_one`](Self::run_one).
    pub(crate) fn run_refusable(&mut self, sql: Sql<'_>, doing: &str) -> Result<bool, StoreError> {
        match self.run_or_refuse(sql, doing)? {
            Some(changed) => one_row(changed, doing).map(|()| true),
            None => Ok(false),
        }
    }

    /// Checks a write by key that may find no row: `true` if it changed the row, `false` if there is none. `look` tells
    /// whether the row exists, and runs only if nothing changed.
    ///
    /// # Errors
    /// [`StoreError::DatabaseDamaged`] if the row exists and the write had no effect.
    pub(crate) fn took(
        &mut self,
        changed: usize,
        doing: &str,
        look: impl FnOnce(&mut SqliteConnection) -> QueryResult<bool>,
    ) -> Result<bool, StoreError> {
        if changed == 0 && !self.ask(doing, look)? {
            return Ok(false);
        }
        one_row(changed, doing).map(|()| true)
    }

    /// Checks an insert that leaves an existing row with its key unchanged: `false` if there was one. `look` tells
    /// whether the row exists.
    ///
    /// # Errors
    /// [`StoreError::DatabaseDamaged`] if the row does not exist afterwards.
    pub(crate) fn kept(
        &mut self,
        changed: usize,
        doing: &str,
        look: impl FnOnce(&mut SqliteConnection) -> QueryResult<bool>,
    ) -> Result<bool, StoreError> {
        if changed == 0 && self.ask(doing, look)? {
            return Ok(false);
        }
        one_row(changed, doing).map(|()| true)
    }
}

/// Checks that a write changed exactly one row.
fn one_row(changed: usize, doing: &str) -> Result<(), StoreError> {
    match changed {
        1 => Ok(()),
        0 => Err(not_taken(doing)),
        more => Err(StoreError::DatabaseDamaged(format!(
            "{doing}: {more} rows changed instead of one"
        ))),
    }
}

/// Returns the error for a write that had no effect.
pub(crate) fn not_taken(doing: &str) -> StoreError {
    StoreError::DatabaseDamaged(format!(
        "{doing}: the write had no effect; the row is gone, or a trigger or a view prevents it"
    ))
}
