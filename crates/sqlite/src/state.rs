//! The state of a connection, and settings for which we use no pragma.

use std::ffi::c_int;
use std::ptr;

use libsqlite3_sys as ffi;

use crate::connection::Connection;
use crate::error::SqliteError;

impl Connection {
    /// Returns whether no explicit transaction is open.
    pub fn is_autocommit(&self) -> bool {
        // SAFETY: an open connection.
        self.handle
            .with("read the state", |db| unsafe {
                ffi::sqlite3_get_autocommit(db) != 0
            })
            .unwrap_or(true)
    }

    /// Returns whether the database can only be read, because of the mode or because the file did not allow writing.
    pub fn is_readonly(&self) -> bool {
        self.handle
            // SAFETY: an open connection, and a NUL-terminated name.
            .with("read the state", |db| unsafe { ffi::sqlite3_db_readonly(db, c"main".as_ptr()) == 1 })
            .unwrap_or(true)
    }

    /// Returns whether the path now has another file than the open one, or none. `false` if the VFS does not know.
    pub fn is_moved(&self) -> bool {
        let mut moved: c_int = 0;
        let asked = self.handle.with("read the state", |db| {
            // SAFETY: an open connection, a NUL-terminated name, and an int for this question.
            unsafe {
                ffi::sqlite3_file_control(
                    db,
                    c"main".as_ptr(),
                    ffi::SQLITE_FCNTL_HAS_MOVED,
                    (&raw mut moved).cast(),
                )
            }
        });
        asked == Ok(ffi::SQLITE_OK) && moved != 0
    }

    /// The number of rows that the last INSERT, UPDATE or DELETE changed directly (not through triggers).
    pub fn changes64(&self) -> i64 {
        // SAFETY: an open connection.
        self.handle
            .with("read the state", |db| unsafe { ffi::sqlite3_changes64(db) })
            .unwrap_or(0)
    }

    /// Sets how long to wait for another connection's lock, in milliseconds (at most `i32::MAX`).
    ///
    /// # Errors
    ///
    /// None in practice; SQLite's code otherwise.
    pub fn busy_timeout(&mut self, milliseconds: u32) -> Result<(), SqliteError> {
        let milliseconds = c_int::try_from(milliseconds).unwrap_or(c_int::MAX);
        self.handle.with("set the busy timeout", |db| {
            // SAFETY: an open connection.
            SqliteError::check("set the busy timeout", unsafe {
                ffi::sqlite3_busy_timeout(db, milliseconds)
            })
        })?
    }

    /// Keeps the WAL next to the database when this connection is the last to close. By default it is then merged,
    /// even by a connection that only read.
    ///
    /// # Errors
    ///
    /// None in practice; SQLite's code otherwise.
    pub fn keep_log_at_close(&mut self) -> Result<(), SqliteError> {
        const OPERATION: &str = "configure the connection";
        let on: c_int = 1;
        self.handle.with(OPERATION, |db| {
            // SAFETY: an open connection; the option takes an int and an int pointer or null.
            SqliteError::check(OPERATION, unsafe {
                ffi::sqlite3_db_config(
                    db,
                    ffi::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
                    on,
                    ptr::null_mut::<c_int>(),
                )
            })
        })?
    }
}
