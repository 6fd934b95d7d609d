//! Reading a schema with rows that SQLite itself refuses, and removing such rows.

use std::ffi::c_int;
use std::ptr;

use libsqlite3_sys as ffi;

use crate::connection::Connection;
use crate::error::SqliteError;

const OPERATION: &str = "configure the connection";

impl Connection {
    /// Reads a schema although SQLite refuses one of its rows: the object of that row is missing, everything else is
    /// there (`SQLITE_DBCONFIG_WRITABLE_SCHEMA`). The defensive mode still prevents writes to the schema.
    ///
    /// # Errors
    ///
    /// None in practice; SQLite's code otherwise.
    pub fn tolerate_broken_schema(&mut self) -> Result<(), SqliteError> {
        self.configure(ffi::SQLITE_DBCONFIG_WRITABLE_SCHEMA, true)
    }

    /// Deletes schema rows by rowid, within the caller's transaction. Their objects are forgotten, their pages stay
    /// unused, and every other connection reads the schema again. The defensive mode is off meanwhile, and on again
    /// afterwards in every case.
    ///
    /// # Errors
    ///
    /// [`SqliteError`] of the statements.
    pub fn delete_schema_rows(&mut self, rowids: &[i64]) -> Result<(), SqliteError> {
        self.configure(ffi::SQLITE_DBCONFIG_DEFENSIVE, false)?;
        let deleted = self.delete_undefended(rowids);
        // Switch it off again, and read the schema anew.
        let reset = self.execute_batch("PRAGMA writable_schema = RESET");
        let defended = self.configure(ffi::SQLITE_DBCONFIG_DEFENSIVE, true);
        deleted.and(reset).and(defended)
    }

    fn delete_undefended(&mut self, rowids: &[i64]) -> Result<(), SqliteError> {
        self.configure(ffi::SQLITE_DBCONFIG_WRITABLE_SCHEMA, true)?;
        for rowid in rowids {
            self.execute_batch(&format!("DELETE FROM main.sqlite_master WHERE rowid = {rowid}"))?;
        }
        let version = self.pragma_i64("schema_version")?.unwrap_or(0);
        // A 32-bit number in the file's header.
        let next = (version + 1) & i64::from(i32::MAX);
        self.execute_batch(&format!("PRAGMA schema_version = {next}"))
    }

    fn configure(&mut self, option: c_int, is_on: bool) -> Result<(), SqliteError> {
        let on = c_int::from(is_on);
        self.handle.with(OPERATION, |db| {
            // SAFETY: an open connection; the options take an int and an int pointer or null.
            SqliteError::check(OPERATION, unsafe {
                ffi::sqlite3_db_config(db, option, on, ptr::null_mut::<c_int>())
            })
        })?
    }
}
