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
