//! SQLite's trace of a connection: records and counts what it runs.

use std::ffi::{c_int, c_uint, c_void};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use libsqlite3_sys as ffi;

use crate::error::SqliteError;
use crate::handle::Handle;
use crate::testing::statement_totals::StatementTotals;
use crate::testing::statements;

const OPERATION: &str = "trace statements";

/// Whether connections count from their opening on.
static FROM_OPENING: AtomicBool = AtomicBool::new(false);

/// Makes every connection that this process opens from now on count its statements from the start: for tests of the
/// cost of opening, whose statements run before anyone can call for counters.
pub fn count_from_opening() {
    FROM_OPENING.store(true, Ordering::Relaxed);
}

/// Traces what a connection runs from its opening on, and counts if requested.
pub(crate) fn opened(handle: &Handle) -> Result<(), SqliteError> {
    handle.with(OPERATION, |db| {
        if FROM_OPENING.load(Ordering::Relaxed) {
            return start(db, &handle.totals);
        }
        set(db, &handle.totals, ffi::SQLITE_TRACE_STMT)
    })?
}

/// Starts counting on a connection, if not already started.
pub(crate) fn start(db: *mut ffi::sqlite3, totals: &StatementTotals) -> Result<(), SqliteError> {
    if totals.counting.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    set(db, totals, ffi::SQLITE_TRACE_STMT | ffi::SQLITE_TRACE_PROFILE)
}

fn set(db: *mut ffi::sqlite3, totals: &StatementTotals, events: c_uint) -> Result<(), SqliteError> {
    let context = ptr::from_ref(totals).cast_mut().cast::<c_void>();
    // SAFETY: `db` is open; `totals` lives in the `Handle` of which the connection itself holds a reference, and the
    // trace is removed before that reference is released.
    let code = unsafe { ffi::sqlite3_trace_v2(db, events, Some(trace), context) };
    SqliteError::check(OPERATION, code)
}

/// SQLite's trace callback: `p` is the statement.
///
/// At the start of a run, SQLITE_STMTSTATUS_RUN still has the number of earlier runs, so zero means freshly prepared.
/// Unlike an authorizer or diesel's events, this also counts what SQLite prepares by itself. A statement that is
/// prepared but never run is not counted.
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
    let begins = event == ffi::SQLITE_TRACE_STMT;
    if begins {
        // SAFETY: as above.
        unsafe { statements::note(statement) };
    }
    if !totals.counting.load(Ordering::Relaxed) {
        return 0;
    }
    if begins {
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

/// Returns whether the SQL text is a transaction statement.
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
