//! Counters of pages and statements.

use std::ffi::c_int;
use std::sync::atomic::{AtomicU64, Ordering};

use libsqlite3_sys as ffi;

use crate::connection::Connection;
use crate::error::SqliteError;
use crate::handle::Handle;
use crate::testing::trace;

/// What a connection did. Use the difference between two readings.
///
/// Page counters run from the opening of the connection. Statement counters run from the **first** call of
/// [`Connection::counters`](crate::Connection::counters), which switches on SQLite's statement trace (a callback at
/// the start and the end of each statement).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Pages found in the page cache.
    pub cache_hit: u64,
    /// Pages fetched from file or WAL (and decrypted).
    pub cache_miss: u64,
    /// Pages written to file or WAL (and encrypted).
    pub cache_write: u64,
    /// Dirty pages written before the commit, because the cache was full.
    pub cache_spill: u64,
    /// Bytes of heap in the page cache, now.
    pub cache_bytes: u64,
    /// Bytes of heap in prepared statements, now.
    pub statement_bytes: u64,
    /// Bytes of heap in parsed schemas, now.
    pub schema_bytes: u64,
    /// Statements compiled and run; each automatic re-preparation counts again.
    pub statements_prepared: u64,
    /// How many of [`statements_prepared`](Self::statements_prepared) were re-preparations by SQLite itself, after a
    /// schema change or a new value of a planner-relevant parameter (`LIMIT ?`).
    pub statements_reprepared: u64,
    /// How many of [`statements_prepared`](Self::statements_prepared) were BEGIN, COMMIT, ROLLBACK, SAVEPOINT or
    /// RELEASE; [`Connection::run`](crate::Connection::run) keeps these prepared, diesel never does.
    pub transaction_statements: u64,
    /// Statements run, cached or not.
    pub statements_run: u64,
    /// Steps forward in full table scans.
    pub fullscan_steps: u64,
    /// Sorts (temporary B-trees for ORDER BY, GROUP BY, DISTINCT).
    pub sorts: u64,
    /// Rows inserted into automatic indexes.
    pub auto_index_rows: u64,
    /// Virtual machine operations.
    pub vm_steps: u64,
}

impl Connection {
    /// Reads the counters; the first call switches statement counting on.
    ///
    /// # Errors
    ///
    /// None in practice; SQLite's code otherwise.
    pub fn counters(&self) -> Result<Counters, SqliteError> {
        read(&self.handle)
    }
}

fn read(handle: &Handle) -> Result<Counters, SqliteError> {
    handle.with("read counters", |db| {
        let totals = &handle.totals;
        trace::start(db, totals)?;
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Ok(Counters {
            cache_hit: db_status(db, ffi::SQLITE_DBSTATUS_CACHE_HIT)?,
            cache_miss: db_status(db, ffi::SQLITE_DBSTATUS_CACHE_MISS)?,
            cache_write: db_status(db, ffi::SQLITE_DBSTATUS_CACHE_WRITE)?,
            cache_spill: db_status(db, ffi::SQLITE_DBSTATUS_CACHE_SPILL)?,
            cache_bytes: db_status(db, ffi::SQLITE_DBSTATUS_CACHE_USED)?,
            statement_bytes: db_status(db, ffi::SQLITE_DBSTATUS_STMT_USED)?,
            schema_bytes: db_status(db, ffi::SQLITE_DBSTATUS_SCHEMA_USED)?,
            statements_prepared: load(&totals.prepared),
            statements_reprepared: load(&totals.reprepared),
            transaction_statements: load(&totals.transaction),
            statements_run: load(&totals.run),
            fullscan_steps: load(&totals.fullscan_steps),
            sorts: load(&totals.sorts),
            auto_index_rows: load(&totals.auto_index_rows),
            vm_steps: load(&totals.vm_steps),
        })
    })?
}

fn db_status(db: *mut ffi::sqlite3, operation: c_int) -> Result<u64, SqliteError> {
    let (mut now, mut highest) = (0_i64, 0_i64);
    // SAFETY: `db` is open (callers hold the handle), the out-parameters live through the call.
    let code = unsafe { ffi::sqlite3_db_status64(db, operation, &raw mut now, &raw mut highest, 0) };
    SqliteError::check("read counters", code)?;
    Ok(u64::try_from(now).unwrap_or(0))
}
