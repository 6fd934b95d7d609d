//! Statements on the raw handle, each prepared once per connection and kept.
//!
//! diesel allocates a field list and a value for each column of each row, and takes the connection's mutex several
//! times for each; for a page of messages that costs more than SQLite itself (docs/PERFORMANCE.md).

use libsqlite3_sys as ffi;

use crate::connection::Connection;
use crate::error::SqliteError;
use crate::row::Row;
use crate::statement_cache::with_statement;
use crate::value::Value;

impl Connection {
    /// Runs a statement and passes each of its rows to `each`, in order. It is prepared at the first call with this
    /// text, and kept. An error from `each` ends it.
    ///
    /// # Errors
    ///
    /// The error of `each`; SQLite's code; [`ErrorCode::Misuse`](crate::ErrorCode::Misuse) unless the text is exactly
    /// one statement, [`ErrorCode::Range`](crate::ErrorCode::Range) for more binds than `?`. A `?` without a bind is
    /// NULL.
    pub fn query<E: From<SqliteError>>(
        &mut self,
        sql: &str,
        binds: &[Value<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let (handle, statements) = self.parts();
        with_statement(handle, statements, sql, binds, |statement, _| {
            while statement.step()? {
                each(&Row(statement))?;
            }
            Ok(())
        })
    }

    /// Runs a statement to its end, ignoring its rows, and returns how many rows it inserted, changed or deleted
    /// directly (not through triggers); meaningless for other statements.
    ///
    /// # Errors
    ///
    /// Those of [`query`](Self::query).
    pub fn run(&mut self, sql: &str, binds: &[Value<'_>]) -> Result<usize, SqliteError> {
        let (handle, statements) = self.parts();
        with_statement(handle, statements, sql, binds, |statement, db| {
            while statement.step()? {}
            // SAFETY: `db` is open: `with_statement` holds it.
            let changes = unsafe { ffi::sqlite3_changes64(db) };
            Ok(usize::try_from(changes).unwrap_or(0))
        })
    }
}
