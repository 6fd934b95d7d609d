//! One prepared statement on the raw handle, for small reads beside diesel.

use std::ffi::c_int;
use std::ptr::{self, NonNull};

use libsqlite3_sys as ffi;

use crate::error::SqliteError;

/// A statement that is finalized when it goes.
pub(crate) struct Statement {
    raw: NonNull<ffi::sqlite3_stmt>,
    operation: &'static str,
}

impl Statement {
    /// Prepares `sql`.
    ///
    /// # Safety
    ///
    /// `db` must stay open while the statement lives.
    pub(crate) unsafe fn prepare(
        db: *mut ffi::sqlite3,
        sql: &str,
        operation: &'static str,
    ) -> Result<Self, SqliteError> {
        let length =
            c_int::try_from(sql.len()).map_err(|_| SqliteError::new(operation, ffi::SQLITE_TOOBIG))?;
        let mut raw = ptr::null_mut();
        // SAFETY: `db` is open (caller); `sql` has `length` readable bytes; SQLite copies them.
        let code = unsafe {
            ffi::sqlite3_prepare_v2(db, sql.as_ptr().cast(), length, &raw mut raw, ptr::null_mut())
        };
        if code != ffi::SQLITE_OK {
            // SAFETY: `db` is open.
            return Err(unsafe { SqliteError::of(operation, db, code) });
        }
        let raw = NonNull::new(raw).ok_or_else(|| SqliteError::misuse(operation))?;
        Ok(Self { raw, operation })
    }

    /// Steps once; `true` when there is a row.
    pub(crate) fn step(&mut self) -> Result<bool, SqliteError> {
        // SAFETY: the statement is live, and so is its connection (contract of `prepare`).
        match unsafe { ffi::sqlite3_step(self.raw.as_ptr()) } {
            ffi::SQLITE_ROW => Ok(true),
            ffi::SQLITE_DONE => Ok(false),
            // SAFETY: as above; the handle of a live statement is its open connection.
            code => unsafe {
                Err(SqliteError::of(
                    self.operation,
                    ffi::sqlite3_db_handle(self.raw.as_ptr()),
                    code,
                ))
            },
        }
    }

    /// A column of the row as an integer, converted as SQLite does; 0 for NULL or a column that is
    /// not there.
    pub(crate) fn integer(&self, column: c_int) -> i64 {
        // SAFETY: live statement; a wrong column number reads as NULL.
        unsafe { ffi::sqlite3_column_int64(self.raw.as_ptr(), column) }
    }

    /// A column of the row as text; `None` for NULL or a column that is not there.
    pub(crate) fn text(&self, column: c_int) -> Option<String> {
        // SAFETY: live statement. The text pointer is valid until the next step or conversion;
        // the length is asked for after it, as SQLite wants, and the bytes are copied at once.
        unsafe {
            let text = ffi::sqlite3_column_text(self.raw.as_ptr(), column);
            let length = usize::try_from(ffi::sqlite3_column_bytes(self.raw.as_ptr(), column)).unwrap_or(0);
            if text.is_null() {
                return None;
            }
            Some(String::from_utf8_lossy(std::slice::from_raw_parts(text, length)).into_owned())
        }
    }
}

impl Drop for Statement {
    fn drop(&mut self) {
        // SAFETY: the statement is finalized once, here; its error was reported by `step`.
        unsafe { ffi::sqlite3_finalize(self.raw.as_ptr()) };
    }
}
