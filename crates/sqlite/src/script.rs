//! Statements that are run once for their effect: scripts, settings, pragmas.

use std::ffi::{CStr, CString};
use std::ptr;

use libsqlite3_sys as ffi;

use crate::connection::Connection;
use crate::error::SqliteError;
use crate::statement::Statement;

impl Connection {
    /// Runs SQL statements and ignores their rows.
    ///
    /// diesel does not notice a transaction that begins or ends here.
    ///
    /// # Errors
    ///
    /// The code of the first statement that failed; later ones are not run.
    pub fn execute_batch(&mut self, sql: &str) -> Result<(), SqliteError> {
        const OPERATION: &str = "run statements";
        let sql = CString::new(sql).map_err(|_| SqliteError::misuse(OPERATION))?;
        self.handle.work.begin();
        self.handle.with(OPERATION, |db| {
            // SAFETY: `db` is open, `sql` is NUL-terminated; no callback and no message are requested.
            let code = unsafe { ffi::sqlite3_exec(db, sql.as_ptr(), None, ptr::null_mut(), ptr::null_mut()) };
            if code == ffi::SQLITE_OK {
                return Ok(());
            }
            // SAFETY: `db` is open.
            Err(unsafe { SqliteError::of(OPERATION, db, code) })
        })?
    }

    /// Runs the first statement of `sql`, ignores its rows, and returns the text after it; `None` if no statement was
    /// left. This allows checks between the statements of a script.
    ///
    /// # Errors
    ///
    /// The statement's code; [`ErrorCode::Misuse`](crate::ErrorCode::Misuse) for a text that contains a NUL.
    pub fn execute_next<'s>(&mut self, sql: &'s str) -> Result<Option<&'s str>, SqliteError> {
        const OPERATION: &str = "run a statement of a script";
        // SQLite would treat it as the end.
        if sql.contains('\0') {
            return Err(SqliteError::misuse(OPERATION));
        }
        self.handle.work.begin();
        self.handle.with(OPERATION, |db| {
            // SAFETY: `with` keeps `db` open, and the statement does not leave this closure.
            let (statement, rest) = unsafe { Statement::prepare_first(db, sql, 0, OPERATION)? };
            let Some(mut statement) = statement else {
                return Ok(None);
            };
            while statement.step()? {}
            Ok(Some(rest))
        })?
    }

    /// SQLite's message for the last failed call. It contains names of the schema and parts of the statement, so use
    /// it only for SQL that is not secret. Meaningful right after the failure.
    pub fn error_message(&self) -> String {
        let read = self.handle.with("read the error's text", |db| {
            // SAFETY: an open connection; the text is SQLite's own, NUL-terminated, and copied at once.
            let text = unsafe { CStr::from_ptr(ffi::sqlite3_errmsg(db)) };
            text.to_string_lossy().into_owned()
        });
        read.unwrap_or_default()
    }

    /// The first value of a pragma as text; `None` if the pragma returns no row or NULL, which is also what SQLite
    /// returns for an unknown pragma.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::Misuse`](crate::ErrorCode::Misuse) if `name` is not a name (letters, digits, `_`, one schema
    /// prefix).
    pub fn pragma_text(&mut self, name: &str) -> Result<Option<String>, SqliteError> {
        self.pragma(name, |row| row.text(0)).map(Option::flatten)
    }

    /// The first value of a pragma as an integer; `None` if the pragma returns no row.
    ///
    /// # Errors
    ///
    /// Those of [`pragma_text`](Self::pragma_text).
    pub fn pragma_i64(&mut self, name: &str) -> Result<Option<i64>, SqliteError> {
        self.pragma(name, |row| row.integer(0))
    }

    fn pragma<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Statement) -> T,
    ) -> Result<Option<T>, SqliteError> {
        const OPERATION: &str = "read a pragma";
        let named =
            |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !name.split('.').all(named) || name.split('.').count() > 2 {
            return Err(SqliteError::misuse(OPERATION));
        }
        self.handle.work.begin();
        self.handle.with(OPERATION, |db| {
            // SAFETY: `with` keeps `db` open, and the statement does not leave this closure.
            let mut statement = unsafe { Statement::prepare(db, &format!("PRAGMA {name}"), OPERATION)? };
            Ok(statement.step()?.then(|| read(&statement)))
        })?
    }
}
