//! The VFS object: forwards everything to the default VFS, and opens wrapped files.

use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr;

use libsqlite3_sys as ffi;

use super::file::{self, FaultFile};
use super::plan::{FileKind, Plan};
use crate::error::SqliteError;

/// The target of `pAppData`; lives forever.
struct App {
    real: *mut ffi::sqlite3_vfs,
    plan: &'static Plan,
}

/// Registers a VFS around the default one, and leaks it: SQLite keeps pointers to it.
pub(super) fn register(name: &str) -> Result<&'static Plan, SqliteError> {
    const OPERATION: &str = "register the fault VFS";
    crate::library::library()?;
    let name = CString::new(name).map_err(|_| SqliteError::misuse(OPERATION))?;
    // SAFETY: `name` is NUL-terminated; null asks for the default VFS.
    let (taken, real) = unsafe {
        (
            ffi::sqlite3_vfs_find(name.as_ptr()),
            ffi::sqlite3_vfs_find(ptr::null()),
        )
    };
    if name.is_empty() || !taken.is_null() || real.is_null() {
        return Err(SqliteError::misuse(OPERATION));
    }
    let plan: &'static Plan = Box::leak(Box::default());
    let app: &'static App = Box::leak(Box::new(App { real, plan }));
    // SAFETY: the default VFS is registered and never freed. Its fields are only read.
    let template = unsafe { &*real };
    let vfs = Box::leak(Box::new(ffi::sqlite3_vfs {
        iVersion: 2,
        szOsFile: FaultFile::size_with(template.szOsFile),
        mxPathname: template.mxPathname,
        pNext: ptr::null_mut(),
        zName: CString::into_raw(name),
        pAppData: ptr::from_ref(app).cast_mut().cast(),
        xOpen: Some(open),
        xDelete: Some(delete),
        xAccess: Some(access),
        xFullPathname: Some(full_pathname),
        // A test VFS loads no extensions.
        xDlOpen: None,
        xDlError: None,
        xDlSym: None,
        xDlClose: None,
        xRandomness: Some(randomness),
        xSleep: Some(sleep),
        xCurrentTime: Some(current_time),
        xGetLastError: Some(last_error),
        xCurrentTimeInt64: template.xCurrentTimeInt64.map(|_| current_time_int64 as _),
        xSetSystemCall: None,
        xGetSystemCall: None,
        xNextSystemCall: None,
    }));
    // SAFETY: `vfs` is complete and lives forever.
    let code = unsafe { ffi::sqlite3_vfs_register(vfs, 0) };
    SqliteError::check(OPERATION, code)?;
    Ok(plan)
}

/// # Safety
///
/// `vfs` must come from [`register`].
unsafe fn app(vfs: *mut ffi::sqlite3_vfs) -> &'static App {
    // SAFETY: `pAppData` of such a VFS points to a leaked `App`.
    unsafe { &*(*vfs).pAppData.cast_const().cast::<App>() }
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite passes our own VFS, and `file` with `szOsFile` bytes, aligned to eight.
    unsafe {
        let app = app(vfs);
        // Without methods, SQLite does not call xClose after a failed open.
        (*file).pMethods = ptr::null();
        let kind = FileKind::of(flags);
        if let Some(code) = app.plan.open(kind) {
            return code;
        }
        let Some(open) = (*app.real).xOpen else {
            return ffi::SQLITE_CANTOPEN;
        };
        let real = FaultFile::real(file);
        let code = open(app.real, name, real, flags, out_flags);
        if !(*real).pMethods.is_null() {
            file::wrap(file, app.plan, kind);
        }
        code
    }
}

/// Defines a function that calls the real VFS's function.
macro_rules! forward {
    ($name:ident, $method:ident, ($($argument:ident: $type:ty),*) -> $result:ty, $missing:expr) => {
        unsafe extern "C" fn $name(vfs: *mut ffi::sqlite3_vfs, $($argument: $type),*) -> $result {
            // SAFETY: SQLite passes our own VFS; the arguments are passed on unchanged.
            unsafe {
                let real = app(vfs).real;
                (*real).$method.map_or($missing, |method| method(real, $($argument),*))
            }
        }
    };
}

forward!(delete, xDelete, (name: *const c_char, sync: c_int) -> c_int, ffi::SQLITE_IOERR_DELETE);
forward!(access, xAccess, (name: *const c_char, flags: c_int, out: *mut c_int) -> c_int, ffi::SQLITE_IOERR_ACCESS);
forward!(full_pathname, xFullPathname, (name: *const c_char, size: c_int, out: *mut c_char) -> c_int, ffi::SQLITE_CANTOPEN);
forward!(randomness, xRandomness, (size: c_int, out: *mut c_char) -> c_int, 0);
forward!(sleep, xSleep, (microseconds: c_int) -> c_int, 0);
forward!(current_time, xCurrentTime, (out: *mut f64) -> c_int, ffi::SQLITE_ERROR);
forward!(current_time_int64, xCurrentTimeInt64, (out: *mut ffi::sqlite3_int64) -> c_int, ffi::SQLITE_ERROR);
forward!(last_error, xGetLastError, (size: c_int, out: *mut c_char) -> c_int, 0);

const _: () = assert!(
    size_of::<*mut c_void>() <= 8,
    "SQLite aligns files to eight bytes"
);
