//! The raw handle, and how this crate learns when it ends.
//!
//! diesel owns the connection, and safe code can move the `SqliteConnection` out of ours (a `std::mem::swap` is
//! enough). So SQLite itself must report the end of the handle: an `Arc` of the state below is stored *inside* the
//! connection as client data. When SQLite closes the connection, it calls the data's destructor, which empties the
//! slot.

use std::ffi::{CStr, c_int, c_void};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use libsqlite3_sys as ffi;

use crate::error::{ErrorCode, SqliteError};
use crate::failed_read::code_behind;
#[cfg(feature = "testing")]
use crate::testing::statement_totals::StatementTotals;
use crate::work::{EVERY, Work};

const CLIENT_DATA: &CStr = c"privatus-sqlite";

/// The pointer itself. It can be sent between threads: the library is built in serialized mode, which
/// [`crate::library`] checks.
struct Raw(NonNull<ffi::sqlite3>);

// SAFETY: in serialized mode (checked once before any connection is opened) every `sqlite3_*` call
// on a handle takes the handle's own mutex, or, for `sqlite3_interrupt`, needs none.
unsafe impl Send for Raw {}
// SAFETY: as above.
unsafe impl Sync for Raw {}

/// The state of one open connection.
pub(crate) struct Handle {
    /// Empty once SQLite has begun to close the connection.
    raw: RwLock<Option<Raw>>,
    /// Extended code of diesel's last failed statement.
    last_error: AtomicI32,
    /// The work of the running call.
    pub(crate) work: Work,
    #[cfg(feature = "testing")]
    pub(crate) totals: StatementTotals,
}

impl Handle {
    /// Attaches the state to an open connection: SQLite keeps one reference until it closes the connection.
    ///
    /// # Safety
    ///
    /// `db` must be an open connection that no other thread is closing during this call.
    pub(crate) unsafe fn attach(db: NonNull<ffi::sqlite3>) -> Result<Arc<Self>, SqliteError> {
        let handle = Arc::new(Self {
            raw: RwLock::new(Some(Raw(db))),
            last_error: AtomicI32::new(ffi::SQLITE_OK),
            work: Work::default(),
            #[cfg(feature = "testing")]
            totals: StatementTotals::default(),
        });
        let reference = Arc::into_raw(Arc::clone(&handle)).cast_mut().cast::<c_void>();
        // SAFETY: `db` is open (caller); `reference` is a counted reference that `detach` takes back, even if this
        // call fails, because SQLite then runs the destructor too.
        let code = unsafe {
            ffi::sqlite3_set_clientdata(db.as_ptr(), CLIENT_DATA.as_ptr(), reference, Some(detach))
        };
        SqliteError::check("attach client data", code)?;
        Ok(handle)
    }

    /// Runs `call` with the open handle. Closing waits until it has finished, so the pointer is valid throughout.
    /// Calls must not nest.
    pub(crate) fn with<T>(
        &self,
        operation: &'static str,
        call: impl FnOnce(*mut ffi::sqlite3) -> T,
    ) -> Result<T, SqliteError> {
        let raw = self.raw.read().unwrap_or_else(PoisonError::into_inner);
        match &*raw {
            Some(raw) => Ok(call(raw.0.as_ptr())),
            None => Err(SqliteError::misuse(operation)),
        }
    }

    /// Stores the handle's code as that of diesel's last failed statement.
    pub(crate) fn note_error(&self) {
        let code = self.with("read error code", |db| {
            // SAFETY: `with` passes an open connection.
            unsafe { ffi::sqlite3_extended_errcode(db) }
        });
        let code = ErrorCode::from_raw(code.unwrap_or(ffi::SQLITE_MISUSE));
        self.last_error.store(self.told(code).raw(), Ordering::Relaxed);
    }

    /// The code of a failed call on `db`, as in [`told`](Self::told).
    ///
    /// # Safety
    ///
    /// `db` must be an open connection.
    pub(crate) unsafe fn told_of(db: *mut ffi::sqlite3, code: ErrorCode) -> ErrorCode {
        if code != ErrorCode::Interrupt {
            // SAFETY: open, by contract.
            return unsafe { code_behind(db, code) };
        }
        // SAFETY: `db` is open (caller), and only `attach` sets data with this name.
        let handle = unsafe { ffi::sqlite3_get_clientdata(db, CLIENT_DATA.as_ptr()) };
        if handle.is_null() {
            return code;
        }
        // SAFETY: the counted reference that the connection keeps until it is closed.
        unsafe { &*handle.cast_const().cast::<Self>() }.ended(code)
    }

    pub(crate) fn last_error(&self) -> ErrorCode {
        ErrorCode::from_raw(self.last_error.load(Ordering::Relaxed))
    }
}

impl Handle {
    /// Makes SQLite query this handle from now on.
    pub(crate) fn watch_work(&self) -> Result<(), SqliteError> {
        let every = c_int::try_from(EVERY).unwrap_or(c_int::MAX);
        let context = std::ptr::from_ref(self).cast_mut().cast::<c_void>();
        self.with("watch the work", |db| {
            // SAFETY: `db` is open; `self` lives in the `Arc` of which the connection itself holds a reference, and
            // the callback is removed before that reference is released (`detach`).
            unsafe { ffi::sqlite3_progress_handler(db, every, Some(look), context) };
        })
    }

    /// The code of a failed call, including its actual cause.
    pub(crate) fn told(&self, code: ErrorCode) -> ErrorCode {
        // SAFETY: `with` passes an open connection.
        let behind = self.with("read the state", |db| unsafe { code_behind(db, code) });
        self.ended(behind.unwrap_or(code))
    }

    /// An interruption of endless work has its own code.
    fn ended(&self, code: ErrorCode) -> ErrorCode {
        if code == ErrorCode::Interrupt && self.work.is_over() {
            ErrorCode::Endless
        } else {
            code
        }
    }
}

/// SQLite's progress callback: any result other than 0 ends the running statement.
unsafe extern "C" fn look(context: *mut c_void) -> c_int {
    // SAFETY: `context` is the handle given to `sqlite3_progress_handler`, alive while the callback is set.
    let handle = unsafe { &*context.cast_const().cast::<Handle>() };
    c_int::from(handle.work.ends())
}

impl SqliteError {
    /// The error for a call that returned `returned`: with the handle's extended code, unless the call was refused
    /// before it reached the handle.
    ///
    /// # Safety
    ///
    /// `db` must be an open connection.
    pub(crate) unsafe fn of(operation: &'static str, db: *mut ffi::sqlite3, returned: i32) -> Self {
        // SAFETY: open, by contract.
        let extended = unsafe { ffi::sqlite3_extended_errcode(db) };
        let raw = if extended & 0xff == returned & 0xff {
            extended
        } else {
            returned
        };
        let mut error = Self::new(operation, raw);
        // SAFETY: open, by contract.
        error.code = unsafe { Handle::told_of(db, error.code) };
        if matches!(error.code, ErrorCode::IoErr(_) | ErrorCode::CantOpen) {
            // SAFETY: open, by contract.
            error.os_error = Some(unsafe { ffi::sqlite3_system_errno(db) }).filter(|&number| number != 0);
        }
        error
    }
}

/// SQLite's destructor of the client data: the connection is closing, or the attachment failed.
unsafe extern "C" fn detach(reference: *mut c_void) {
    // SAFETY: `reference` came from `Arc::into_raw` in `attach`, and SQLite calls a destructor once.
    let handle = unsafe { Arc::from_raw(reference.cast_const().cast::<Handle>()) };
    let closing = handle.raw.write().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(raw) = &closing {
        // SAFETY: SQLite holds the connection's (recursive) mutex and has not freed it yet; without this the callback
        // could outlive the handle it points to.
        unsafe { ffi::sqlite3_progress_handler(raw.0.as_ptr(), 0, None, std::ptr::null_mut()) };
    }
    #[cfg(feature = "testing")]
    if let Some(raw) = &closing {
        // SAFETY: SQLite holds the connection's (recursive) mutex and has not freed it yet; without
        // this the trace callback could outlive the counters it points to.
        unsafe { ffi::sqlite3_trace_v2(raw.0.as_ptr(), 0, None, std::ptr::null_mut()) };
    }
}

/// Stops what a connection is doing, from any thread; does nothing once the connection is closed.
#[derive(Clone)]
pub struct InterruptHandle(Arc<Handle>);

impl InterruptHandle {
    pub(crate) fn new(handle: Arc<Handle>) -> Self {
        Self(handle)
    }

    /// Ends the connection's running statements with [`ErrorCode::Interrupt`]. A writing statement is undone; inside
    /// an explicit transaction the whole transaction is rolled back.
    ///
    /// A connection that runs nothing is not affected: its next statement runs.
    pub fn interrupt(&self) {
        // A closed connection has nothing to stop.
        let _closed = self.0.with("interrupt", |db| {
            // SAFETY: `with` passes an open connection and keeps it open; this call is designed for other threads.
            unsafe { ffi::sqlite3_interrupt(db) };
        });
    }
}

impl std::fmt::Debug for InterruptHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InterruptHandle")
    }
}
