//! One prepared statement on the raw handle.

use std::ffi::c_int;
use std::ptr::{self, NonNull};
use std::slice;

use libsqlite3_sys as ffi;

use crate::error::SqliteError;
use crate::value::{Column, Value};

/// SQLITE_UTF8 as `sqlite3_bind_text64` takes it.
const UTF8: std::ffi::c_uchar = 1;

/// A statement that is finalized on drop.
pub(crate) struct Statement {
    raw: NonNull<ffi::sqlite3_stmt>,
    operation: &'static str,
}

// SAFETY: in serialized mode (checked once before any connection is opened) a statement may be used from any thread.
unsafe impl Send for Statement {}

impl std::fmt::Debug for Statement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Statement")
    }
}

impl Statement {
    /// Prepares `sql`, a single statement, for long-term use.
    ///
    /// # Safety
    ///
    /// `db` must stay open while the statement lives.
    pub(crate) unsafe fn prepare(
        db: *mut ffi::sqlite3,
        sql: &str,
        operation: &'static str,
    ) -> Result<Self, SqliteError> {
        // SAFETY: the caller's promise.
        let prepared = unsafe { Self::prepare_first(db, sql, ffi::SQLITE_PREPARE_PERSISTENT, operation)? };
        match prepared {
            // Require a single statement: any text after it would never run.
            (Some(statement), rest) if rest.trim().is_empty() => Ok(statement),
            _ => Err(SqliteError::misuse(operation)),
        }
    }

    /// Prepares the first statement of `sql` and returns the text after it; no statement if there are only spaces and
    /// comments.
    ///
    /// # Safety
    ///
    /// `db` must stay open while the statement lives.
    pub(crate) unsafe fn prepare_first<'s>(
        db: *mut ffi::sqlite3,
        sql: &'s str,
        flags: std::ffi::c_uint,
        operation: &'static str,
    ) -> Result<(Option<Self>, &'s str), SqliteError> {
        let length =
            c_int::try_from(sql.len()).map_err(|_| SqliteError::new(operation, ffi::SQLITE_TOOBIG))?;
        let (mut raw, mut tail) = (ptr::null_mut(), ptr::null());
        // SAFETY: `db` is open (caller); `sql` has `length` readable bytes; SQLite copies them.
        let code = unsafe {
            ffi::sqlite3_prepare_v3(
                db,
                sql.as_ptr().cast(),
                length,
                flags,
                &raw mut raw,
                &raw mut tail,
            )
        };
        if code != ffi::SQLITE_OK {
            // SAFETY: `db` is open.
            return Err(unsafe { SqliteError::of(operation, db, code) });
        }
        let statement = NonNull::new(raw).map(|raw| Self { raw, operation });
        let read = tail.addr().wrapping_sub(sql.as_ptr().addr());
        match sql.get(read..) {
            Some(rest) => Ok((statement, rest)),
            None => Err(SqliteError::misuse(operation)),
        }
    }

    /// Binds the `?` number `at`, counted from 1. The memory is not copied: it must stay valid until
    /// [`reset`](Self::reset).
    pub(crate) fn bind(&mut self, at: c_int, value: Value<'_>) -> Result<(), SqliteError> {
        let raw = self.raw.as_ptr();
        let length = |bytes: &[u8]| u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        // SAFETY: live statement; pointer and length are one slice's, which the caller keeps until `reset`; for an empty
        // slice the pointer is not null. No destructor (SQLITE_STATIC).
        let code = unsafe {
            match value {
                Value::Null => ffi::sqlite3_bind_null(raw, at),
                Value::Integer(value) => ffi::sqlite3_bind_int64(raw, at, value),
                Value::Real(value) => ffi::sqlite3_bind_double(raw, at, value),
                Value::Text(text) => ffi::sqlite3_bind_text64(
                    raw,
                    at,
                    text.as_ptr().cast(),
                    length(text.as_bytes()),
                    ffi::SQLITE_STATIC(),
                    UTF8,
                ),
                Value::Blob(bytes) => ffi::sqlite3_bind_blob64(
                    raw,
                    at,
                    bytes.as_ptr().cast(),
                    length(bytes),
                    ffi::SQLITE_STATIC(),
                ),
            }
        };
        SqliteError::check(self.operation, code)
    }

    /// Ends a run: releases the statement's locks and snapshot, and clears all binds. If the run was not stepped to
    /// its end, an error of ending it (in autocommit mode, of committing it) is lost here.
    pub(crate) fn reset(&mut self) {
        // SAFETY: live statement.
        unsafe {
            ffi::sqlite3_reset(self.raw.as_ptr());
            ffi::sqlite3_clear_bindings(self.raw.as_ptr());
        }
    }

    /// A column of the row, in its stored type; NULL for a column that does not exist. The value borrows from the
    /// statement; `step`, `bind` and `reset` need it mutably.
    pub(crate) fn column(&self, column: c_int) -> Column<'_> {
        // SAFETY: live statement. The value is read at once, by the thread that holds the connection's mutex, and
        // never converted, so a pointer is valid until the statement moves on. A null pointer has length 0.
        unsafe {
            let value = ffi::sqlite3_column_value(self.raw.as_ptr(), column);
            let bytes = |pointer: *const u8| {
                let length = usize::try_from(ffi::sqlite3_value_bytes(value)).unwrap_or(0);
                if pointer.is_null() || length == 0 {
                    return [].as_slice();
                }
                slice::from_raw_parts(pointer, length)
            };
            match ffi::sqlite3_value_type(value) {
                ffi::SQLITE_INTEGER => Column::Integer(ffi::sqlite3_value_int64(value)),
                ffi::SQLITE_FLOAT => Column::Real(ffi::sqlite3_value_double(value)),
                ffi::SQLITE_TEXT => Column::Text(bytes(ffi::sqlite3_value_text(value))),
                ffi::SQLITE_BLOB => Column::Blob(bytes(ffi::sqlite3_value_blob(value).cast())),
                _ => Column::Null,
            }
        }
    }

    /// Steps once; returns `true` if there is a row.
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

    /// A column of the row as an integer, converted as SQLite does; 0 for NULL or a column that does not exist.
    pub(crate) fn integer(&self, column: c_int) -> i64 {
        // SAFETY: live statement; a wrong column number reads as NULL.
        unsafe { ffi::sqlite3_column_int64(self.raw.as_ptr(), column) }
    }

    /// A column of the row as text; `None` for NULL or a column that does not exist.
    pub(crate) fn text(&self, column: c_int) -> Option<String> {
        // SAFETY: live statement. The text pointer is valid until the next step or conversion; the length is read
        // after it, as SQLite requires, and the bytes are copied at once.
        unsafe {
            let text = ffi::sqlite3_column_text(self.raw.as_ptr(), column);
            let length = usize::try_from(ffi::sqlite3_column_bytes(self.raw.as_ptr(), column)).unwrap_or(0);
            if text.is_null() {
                return None;
            }
            Some(String::from_utf8_lossy(slice::from_raw_parts(text, length)).into_owned())
        }
    }
}

impl Drop for Statement {
    fn drop(&mut self) {
        // SAFETY: the statement is finalized once, here; its error was reported by `step`.
        unsafe { ffi::sqlite3_finalize(self.raw.as_ptr()) };
    }
}
