//! A connection with an attacker's abilities.

use std::ffi::c_int;
use std::ptr;

use libsqlite3_sys as ffi;

use crate::connection::Connection;
use crate::error::SqliteError;

impl Connection {
    /// Allows this connection to write rows of the schema (`PRAGMA writable_schema`), as any other program with the
    /// key can.
    ///
    /// # Errors
    ///
    /// None in practice; SQLite's code otherwise.
    pub fn undefended(&mut self) -> Result<(), SqliteError> {
        const OPERATION: &str = "configure the connection";
        let off: c_int = 0;
        self.handle.with(OPERATION, |db| {
            // SAFETY: an open connection; the option takes an int and an int pointer or null.
            SqliteError::check(OPERATION, unsafe {
                ffi::sqlite3_db_config(db, ffi::SQLITE_DBCONFIG_DEFENSIVE, off, ptr::null_mut::<c_int>())
            })
        })?
    }
}
