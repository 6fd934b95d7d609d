//! Counters of pages and statements, for tests of hot paths and for `stats`.

use std::ffi::{c_int, c_uint, c_void};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use libsqlite3_sys as ffi;

use crate::error::SqliteError;
use crate::handle::Handle;

/// What a connection did. Use the difference of two readings.
///
/// Page counters run since the connection was opened. Statement counters run since the **first**
/// call of [`Connection::counters`](crate::Connection::counters), which switches SQLite's
/// statement trace on (a callback at the start and the end of each statement), or since the opening
/// after [`count_from_opening`].
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
    /// Statements compiled and run, each automatic re-preparation counted again.
    pub statements_prepared: u64,
    /// Of [`statements_prepared`](Self::statements_prepared): re-preparations by SQLite itself,
    /// after a schema change or a new value of a planner-relevant parameter (`LIMIT ?`).
    pub statements_reprepared: u64,
    /// Of [`statements_prepared`](Self::statements_prepared): BEGIN, COMMIT, ROLLBACK, SAVEPOINT,
    /// RELEASE; [`Connection::run`](crate::Connection::run) keeps them, diesel never does.
    pub transaction_statements: u64,
    /// Statements run, cached or not.
    pub statements_run: u64,
    /// Steps forward in full table scans.
    pub fullscan_steps: u64,
    /// Sorts (temporary B-trees for ORDER BY, GROUP BY, DISTINCT).
    pub sorts: u64,
    /// Rows put into automatic indexes.
    pub auto_index_rows: u64,
    /// Virtual machine operations.
    pub vm_steps: u64,
}

/// The running sums, written by the trace callback.
#[derive(Default)]
pub(crate) struct StatementTotals {
    traced: AtomicBool,
    prepared: AtomicU64,
    reprepared: AtomicU64,
    transaction: AtomicU64,
    run: AtomicU64,
    fullscan_steps: AtomicU64,
    sorts: AtomicU64,
    auto_index_rows: AtomicU64,
    vm_steps: AtomicU64,
}

/// Whether connections are traced from their opening on.
static FROM_OPENING: AtomicBool = AtomicBool::new(false);

/// Makes every connection that this process opens from now on count its statements from the first: for tests of what
/// an open costs, whose statements have run before anybody can ask for counters.
pub fn count_from_opening() {
    FROM_OPENING.store(true, Ordering::Relaxed);
}

/// Begins to count on a connection just opened, where that is wanted.
pub(crate) fn opened(handle: &Handle) -> Result<(), SqliteError> {
    if FROM_OPENING.load(Ordering::Relaxed) {
        handle.with("trace statements", |db| start(db, &handle.totals))??;
    }
    Ok(())
}

fn start(db: *mut ffi::sqlite3, totals: &StatementTotals) -> Result<(), SqliteError> {
    if totals.traced.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    let context = ptr::from_ref(totals).cast_mut().cast::<c_void>();
    let mask = ffi::SQLITE_TRACE_STMT | ffi::SQLITE_TRACE_PROFILE;
    // SAFETY: `db` is open; `totals` lives in the `Handle` of which the connection itself keeps a
    // reference, and the trace is removed before that reference is given up.
    let code =
        unsafe { ffi::sqlite3_trace_v2(db, c_uint::try_from(mask).unwrap_or(0), Some(trace), context) };
    SqliteError::check("trace statements", code)
}

pub(crate) fn read(handle: &Handle) -> Result<Counters, SqliteError> {
    handle.with("read counters", |db| {
        let totals = &handle.totals;
        start(db, totals)?;
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

/// SQLite's trace callback: `p` is the statement.
///
/// At the start of a run SQLITE_STMTSTATUS_RUN still holds the number of earlier runs, so zero
/// means freshly prepared. Counting here and not with an authorizer or diesel's events also sees
/// what SQLite prepares by itself. A statement prepared and never run is not counted.
unsafe extern "C" fn trace(event: c_uint, context: *mut c_void, p: *mut c_void, x: *mut c_void) -> c_int {
    // SAFETY: `context` is the pointer to the connection's totals given to `sqlite3_trace_v2`,
    // alive while the trace is set; the fields are atomics.
    let totals = unsafe { &*context.cast_const().cast::<StatementTotals>() };
    let statement = p.cast::<ffi::sqlite3_stmt>();
    // SAFETY: for both events `p` is the running prepared statement.
    let status = |operation, reset| unsafe { ffi::sqlite3_stmt_status(statement, operation, reset) };
    let add = |counter: &AtomicU64, n: c_int| {
        counter.fetch_add(u64::try_from(n).unwrap_or(0), Ordering::Relaxed);
    };
    if event == c_uint::try_from(ffi::SQLITE_TRACE_STMT).unwrap_or(0) {
        if status(ffi::SQLITE_STMTSTATUS_RUN, 0) == 0 {
            add(&totals.prepared, 1);
            // SAFETY: for SQLITE_TRACE_STMT `x` is a NUL-terminated text, or null.
            if unsafe { controls_transaction(x.cast_const().cast()) } {
                add(&totals.transaction, 1);
            }
        }
    } else {
        let reprepared = status(ffi::SQLITE_STMTSTATUS_REPREPARE, 1);
        add(&totals.reprepared, reprepared);
        add(&totals.prepared, reprepared);
        add(&totals.run, 1);
        add(
            &totals.fullscan_steps,
            status(ffi::SQLITE_STMTSTATUS_FULLSCAN_STEP, 1),
        );
        add(&totals.sorts, status(ffi::SQLITE_STMTSTATUS_SORT, 1));
        add(
            &totals.auto_index_rows,
            status(ffi::SQLITE_STMTSTATUS_AUTOINDEX, 1),
        );
        add(&totals.vm_steps, status(ffi::SQLITE_STMTSTATUS_VM_STEP, 1));
    }
    0
}

/// Whether the SQL text is a transaction statement.
///
/// # Safety
///
/// `sql` is null or a NUL-terminated text.
unsafe fn controls_transaction(sql: *const std::ffi::c_char) -> bool {
    if sql.is_null() {
        return false;
    }
    // SAFETY: not null, and NUL-terminated by contract.
    let sql = unsafe { std::ffi::CStr::from_ptr(sql) }
        .to_bytes()
        .trim_ascii_start();
    ["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"]
        .iter()
        .any(|word| {
            sql.get(..word.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
                && sql
                    .get(word.len())
                    .is_none_or(|next| !next.is_ascii_alphanumeric())
        })
}
