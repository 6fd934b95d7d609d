//! Detects reads that the system failed but SQLCipher reports as damage: it decrypts what was read without checking
//! whether the read succeeded, and its own error hides the system's.

use std::ffi::c_int;
use std::ptr;

use libsqlite3_sys as ffi;

use crate::error::ErrorCode;

/// The code of a failed call on `db`: the system's code if the failure may stem from a failed read and the file
/// reports one.
///
/// # Safety
///
/// `db` must be an open connection.
pub(crate) unsafe fn code_behind(db: *mut ffi::sqlite3, code: ErrorCode) -> ErrorCode {
    let may_hide = code.is_damage() || code == ErrorCode::NoMem;
    // SAFETY: open, by contract.
    if may_hide && unsafe { is_failed(db) } {
        return ErrorCode::IoErr(ffi::SQLITE_IOERR_READ);
    }
    code
}

/// Asks the database file, then its log, for the last system error.
///
/// # Safety
///
/// `db` must be an open connection.
#[cfg(unix)]
pub(crate) unsafe fn is_failed(db: *mut ffi::sqlite3) -> bool {
    let (mut number, mut log): (c_int, *mut ffi::sqlite3_file) = (0, ptr::null_mut());
    let main = c"main".as_ptr();
    // SAFETY: `db` is open, by contract. The first operation takes an int, the second a pointer to a file, which lives
    // as long as the log is open; its methods are null if the log is not open.
    unsafe {
        let asked =
            ffi::sqlite3_file_control(db, main, ffi::SQLITE_FCNTL_LAST_ERRNO, (&raw mut number).cast());
        if asked == ffi::SQLITE_OK && number == libc::EIO {
            return true;
        }
        let asked =
            ffi::sqlite3_file_control(db, main, ffi::SQLITE_FCNTL_JOURNAL_POINTER, (&raw mut log).cast());
        if asked != ffi::SQLITE_OK || log.is_null() || (*log).pMethods.is_null() {
            return false;
        }
        number = 0;
        let ask = (*(*log).pMethods).xFileControl;
        let asked = ask.map(|ask| ask(log, ffi::SQLITE_FCNTL_LAST_ERRNO, (&raw mut number).cast()));
        asked == Some(ffi::SQLITE_OK) && number == libc::EIO
    }
}

/// Other systems report it with their own codes.
#[cfg(not(unix))]
pub(crate) unsafe fn is_failed(_: *mut ffi::sqlite3) -> bool {
    false
}
