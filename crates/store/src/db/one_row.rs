//! Writes that must change one row, and what it means when they change none.
//!
//! A trigger with `RAISE(IGNORE)`, or a view with an `INSTEAD OF` trigger in a table's place, lets a statement succeed and
//! keeps nothing of it: an audit entry, a key that is destroyed, the mark of a removed message.

use diesel::SqliteConnection;
use diesel::result::QueryResult;

use crate::db::connection::Connection;
use crate::db::statement::Sql;
use crate::error::StoreError;

impl Connection {
    /// Runs a statement that changes one row.
    ///
    /// # Errors
    /// [`StoreError::DatabaseDamaged`] when it changed another number of them; the transaction is then to be given up.
    pub(crate) fn run_one(&mut self, sql: Sql<'_>, doing: &str) -> Result<(), StoreError> {
        let changed = self.run(sql, doing)?;
        one_row(changed, doing)
    }

    /// The same with a query of diesel's builder.
    ///
    /// # Errors
    /// As [`run_one`](Self::run_one).
    pub(crate) fn ask_one(
        &mut self,
        doing: &str,
        query: impl FnOnce(&mut SqliteConnection) -> QueryResult<usize>,
    ) -> Result<(), StoreError> {
        let changed = self.ask(doing, query)?;
        one_row(changed, doing)
    }

    /// The same of a row that is another program's; `false` when a rule of the schema refuses it.
    ///
    /// # Errors
    /// As [`run_one`](Self::run_one).
    pub(crate) fn run_refusable(&mut self, sql: Sql<'_>, doing: &str) -> Result<bool, StoreError> {
        match self.run_or_refuse(sql, doing)? {
            Some(changed) => one_row(changed, doing).map(|()| true),
            None => Ok(false),
        }
    }

    /// What a write by key says that may find no row: `true` when it changed the one, `false` when there is none. `look`
    /// says whether the row stands, and is asked only when nothing changed.
    ///
    /// # Errors
    /// [`StoreError::DatabaseDamaged`] when the row stands and the write did not take.
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

    /// The same of an insert that leaves a row of its key as it is: `false` when there was one.
    ///
    /// # Errors
    /// [`StoreError::DatabaseDamaged`] when there is none behind it.
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

/// Whether a write took that must change one row.
fn one_row(changed: usize, doing: &str) -> Result<(), StoreError> {
    match changed {
        1 => Ok(()),
        0 => Err(not_taken(doing)),
        more => Err(StoreError::DatabaseDamaged(format!(
            "{doing}: {more} rows changed where there is one"
        ))),
    }
}

/// What a write that took nothing says.
pub(crate) fn not_taken(doing: &str) -> StoreError {
    StoreError::DatabaseDamaged(format!(
        "{doing}: it was written and did not take; the row is gone, or a trigger or a view stands in its way"
    ))
}
