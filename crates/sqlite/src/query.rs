//! Statements on the raw handle, each prepared once a connection and kept.
//!
//! diesel allocates a field list and a value for each column of each row, and takes the connection's mutex several
//! times for each; a page of messages pays more for that than for SQLite (docs/PERFORMANCE.md).

use std::collections::HashMap;
use std::sync::Arc;

use libsqlite3_sys as ffi;

use crate::connection::Connection;
use crate::error::SqliteError;
use crate::handle::Handle;
use crate::statement::Statement;

const OPERATION: &str = "run a statement";

/// A value for one `?` of a statement.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// NULL.
    Null,
    /// A signed integer of 64 bits.
    Integer(i64),
    /// A floating-point number; one that is none (NaN) is stored as NULL.
    Real(f64),
    /// UTF-8.
    Text(&'a str),
    /// Bytes; an empty slice is an empty BLOB, not NULL.
    Blob(&'a [u8]),
}

impl std::fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("«bound»")
    }
}

/// A value of a row, of the type it is stored with: nothing is converted.
#[derive(Clone, Copy, PartialEq)]
pub enum Column<'a> {
    /// NULL, and what a column that is not there reads as.
    Null,
    /// A signed integer of 64 bits.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// The bytes of a text; SQLite does not check that they are UTF-8.
    Text(&'a [u8]),
    /// A BLOB.
    Blob(&'a [u8]),
}

impl std::fmt::Debug for Column<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("«column»")
    }
}

/// The row that a statement stands on.
#[derive(Debug)]
pub struct Row<'a>(&'a Statement);

impl Row<'_> {
    /// A column's value, counted from 0; texts and BLOBs are SQLite's own memory, until the next row.
    pub fn column(&self, index: i32) -> Column<'_> {
        self.0.column(index)
    }

    /// A column's text, what is no UTF-8 replaced; `None` for a value that is no text. For what SQLite says of a schema.
    pub fn text(&self, index: i32) -> Option<String> {
        match self.column(index) {
            Column::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
            _ => None,
        }
    }

    /// A column's integer; 0 for a value that is none. For what SQLite says of a schema.
    pub fn integer(&self, index: i32) -> i64 {
        match self.column(index) {
            Column::Integer(number) => number,
            _ => 0,
        }
    }
}

/// Prepared statements by their text.
pub(crate) type Statements = HashMap<Box<str>, Statement>;

impl Connection {
    /// Runs a statement and gives each of its rows to `each`, in order. It is prepared at the first call with this
    /// text, and kept. An error of `each` ends it.
    ///
    /// # Errors
    ///
    /// What `each` returns; SQLite's code; [`ErrorCode::Misuse`](crate::ErrorCode::Misuse) unless the text is one statement,
    /// [`ErrorCode::Range`](crate::ErrorCode::Range) for more binds than `?`. A `?` without a bind is NULL.
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

    /// Runs a statement to its end, without its rows, and gives how many rows it inserted, changed or deleted directly
    /// (not through triggers); meaningless for others.
    ///
    /// # Errors
    ///
    /// As [`query`](Self::query).
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

/// Binds and hands over a kept statement, holding the connection's mutex: SQLite takes it for every column that is
/// read, and taking it again on the same thread costs a fraction.
fn with_statement<T, E: From<SqliteError>>(
    handle: &Arc<Handle>,
    statements: &mut Statements,
    sql: &str,
    binds: &[Value<'_>],
    work: impl FnOnce(&mut Statement, *mut ffi::sqlite3) -> Result<T, E>,
) -> Result<T, E> {
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

/// A statement in use: whatever happens, it is then reset, which ends what it read or wrote, and forgets its binds.
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
