//! The statements that a connection keeps prepared.

use std::collections::HashMap;
use std::sync::Arc;

use libsqlite3_sys as ffi;

use crate::error::SqliteError;
use crate::handle::Handle;
use crate::statement::Statement;
use crate::value::Value;

const OPERATION: &str = "run a statement";

/// Prepared statements, by their text.
pub(crate) type Statements = HashMap<Box<str>, Statement>;

/// Binds a kept statement and passes it on, holding the connection's mutex: SQLite takes the mutex for every column
/// that is read, and taking it again on the same thread costs a fraction.
pub(crate) fn with_statement<T, E: From<SqliteError>>(
    handle: &Arc<Handle>,
    statements: &mut Statements,
    sql: &str,
    binds: &[Value<'_>],
    work: impl FnOnce(&mut Statement, *mut ffi::sqlite3) -> Result<T, E>,
) -> Result<T, E> {
    handle.work.begin();
    handle.with(OPERATION, |db| {
        // SAFETY: `with` keeps `db` open throughout.
        let _held = unsafe { Held::enter(db) };
        if !statements.contains_key(sql) {
            // SAFETY: SQLite keeps a connection open while it has statements: closing it is refused.
            let statement = unsafe { Statement::prepare(db, sql, OPERATION)? };
            statements.insert(sql.into(), statement);
        }
        let statement = statements
            .get_mut(sql)
            .ok_or_else(|| SqliteError::misuse(OPERATION))?;
        let running = Running(statement);
        for (at, value) in (1..).zip(binds) {
            running.0.bind(at, *value)?;
        }
        work(running.0, db)
    })?
}

/// A statement in use. In every case it is reset at the end, which ends its reads and writes and clears its binds.
struct Running<'a>(&'a mut Statement);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.reset();
    }
}

/// The connection's own (recursive) mutex, held.
struct Held(*mut ffi::sqlite3_mutex);

impl Held {
    /// # Safety
    ///
    /// `db` is open, and stays so while this lives.
    unsafe fn enter(db: *mut ffi::sqlite3) -> Self {
        // SAFETY: `db` is open (caller); entering a null mutex does nothing.
        unsafe {
            let mutex = ffi::sqlite3_db_mutex(db);
            ffi::sqlite3_mutex_enter(mutex);
            Self(mutex)
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // SAFETY: entered once by this thread (a raw pointer keeps the guard on it), and the connection is still open.
        unsafe { ffi::sqlite3_mutex_leave(self.0) };
    }
}
