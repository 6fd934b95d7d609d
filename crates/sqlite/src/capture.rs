//! Capturing the raw handle of a connection that diesel opens.
//!
//! `sqlite3_auto_extension` runs a function for each connection opened in the process, on the opening thread, inside
//! `sqlite3_open_v2`. That function stores the handle in a thread-local list that exists only during
//! `SqliteConnection::establish`; other connections are not affected.

use std::cell::RefCell;
use std::ffi::{c_char, c_int};
use std::ptr::NonNull;
use std::sync::OnceLock;

use diesel::{Connection as _, ConnectionResult, SqliteConnection};
use libsqlite3_sys as ffi;

use crate::error::SqliteError;

thread_local! {
    /// `Some` while this thread is inside [`establish`].
    static OPENED: RefCell<Option<Vec<NonNull<ffi::sqlite3>>>> = const { RefCell::new(None) };
}

/// The extension entry point. It must not unwind, and never fails an open.
unsafe extern "C" fn entry(
    db: *mut ffi::sqlite3,
    _message: *mut *mut c_char,
    _api: *const ffi::sqlite3_api_routines,
) -> c_int {
    // On a thread that is ending the slot is gone, but then nothing waits for the handle either.
    let _ended = OPENED.try_with(|slot| {
        if let (Ok(mut slot), Some(db)) = (slot.try_borrow_mut(), NonNull::new(db))
            && let Some(opened) = slot.as_mut()
        {
            opened.push(db);
        }
    });
    ffi::SQLITE_OK
}

/// Registers the entry point, once in the process.
pub(crate) fn register() -> Result<(), SqliteError> {
    static REGISTERED: OnceLock<c_int> = OnceLock::new();
    let code = *REGISTERED.get_or_init(|| {
        // SAFETY: `entry` has the signature SQLite calls it with, and is never unloaded.
        unsafe { ffi::sqlite3_auto_extension(Some(entry)) }
    });
    SqliteError::check("register the extension", code)
}

/// Opens `uri` through diesel and returns the raw handle of exactly that connection.
///
/// The pointer is valid while the returned connection is open.
pub(crate) fn establish(
    uri: &str,
) -> Result<ConnectionResult<(SqliteConnection, NonNull<ffi::sqlite3>)>, SqliteError> {
    OPENED.with(|slot| slot.replace(Some(Vec::with_capacity(1))));
    let result = SqliteConnection::establish(uri);
    let opened = OPENED.with(|slot| slot.take()).unwrap_or_default();
    match (result, opened.as_slice()) {
        (Ok(diesel), [db]) => Ok(Ok((diesel, *db))),
        // None: somebody reset the extensions. Several: diesel's default instrumentation opens connections of its own,
        // and ours cannot be identified.
        (Ok(_), _) => Err(SqliteError::misuse("capture the handle")),
        (Err(error), _) => Ok(Err(error)),
    }
}
