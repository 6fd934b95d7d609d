//! A VFS that opens as the default one does and refuses a path with a symbolic link in it.
//!
//! `SQLITE_OPEN_NOFOLLOW` says the same, but diesel gives the flags of an open, and has none of it. SQLite's own rule is
//! kept: the default VFS tells by its code that it resolved a link, and here that is the refusal that the flag would be
//! (<https://www.sqlite.org/c3ref/c_open_autoproxy.html>). Windows' VFS tells of none.

use std::ffi::{c_char, c_int};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use libsqlite3_sys as ffi;

use crate::error::SqliteError;

/// Its name in a URI.
pub(crate) const NAME: &str = "privatus-no-follow";

/// The default VFS when this one was made.
static DEFAULT: AtomicPtr<ffi::sqlite3_vfs> = AtomicPtr::new(ptr::null_mut());

/// Registers it, once in the process, and leaks it: SQLite keeps a pointer to it.
pub(crate) fn register() -> Result<(), SqliteError> {
    const OPERATION: &str = "register the VFS";
    // SAFETY: null asks for the default VFS.
    let real = unsafe { ffi::sqlite3_vfs_find(ptr::null()) };
    if real.is_null() {
        return Err(SqliteError::misuse(OPERATION));
    }
    DEFAULT.store(real, Ordering::Release);
    // SAFETY: the default VFS is registered and never freed. It is a plain structure of C: its methods take the VFS that
    // they are called on and use no more of it than `pAppData` and sizes, which the copy has too.
    let mut vfs = unsafe { ptr::read(real) };
    vfs.pNext = ptr::null_mut();
    vfs.zName = c"privatus-no-follow".as_ptr();
    vfs.xFullPathname = Some(full_pathname);
    let vfs: &'static mut ffi::sqlite3_vfs = Box::leak(Box::new(vfs));
    // SAFETY: `vfs` is complete and lives for ever.
    SqliteError::check(OPERATION, unsafe { ffi::sqlite3_vfs_register(vfs, 0) })
}

unsafe extern "C" fn full_pathname(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    size: c_int,
    out: *mut c_char,
) -> c_int {
    let real = DEFAULT.load(Ordering::Acquire);
    // SAFETY: set before this VFS was registered, and never freed; the arguments go on as they came.
    let code = unsafe {
        match (*real).xFullPathname {
            Some(method) => method(real, name, size, out),
            None => ffi::SQLITE_CANTOPEN,
        }
    };
    match code {
        ffi::SQLITE_OK_SYMLINK => ffi::SQLITE_CANTOPEN_SYMLINK,
        code => code,
    }
}
