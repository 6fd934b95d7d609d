//! A VFS that works like the default one but refuses a path that contains a symbolic link.
//!
//! `SQLITE_OPEN_NOFOLLOW` would do this, but diesel chooses the flags of an open and does not set it. SQLite's own
//! rule applies: the default VFS reports by its result code that it resolved a link, and this VFS then refuses as the
//! flag would (<https://www.sqlite.org/c3ref/c_open_autoproxy.html>). Windows' VFS does not report links.

use std::ffi::{c_char, c_int};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use libsqlite3_sys as ffi;

use crate::error::SqliteError;

/// Its name in a URI.
pub(crate) const NAME: &str = "privatus-no-follow";

/// The default VFS at the time this one was created.
static DEFAULT: AtomicPtr<ffi::sqlite3_vfs> = AtomicPtr::new(ptr::null_mut());

/// Registers the VFS, once per process, and leaks it: SQLite keeps a pointer to it.
pub(crate) fn register() -> Result<(), SqliteError> {
    const OPERATION: &str = "register the VFS";
    // SAFETY: null asks for the default VFS.
    let real = unsafe { ffi::sqlite3_vfs_find(ptr::null()) };
    if real.is_null() {
        return Err(SqliteError::misuse(OPERATION));
    }
    DEFAULT.store(real, Ordering::Release);
    // SAFETY: the default VFS is registered and never freed. It is a plain C structure: its methods receive the VFS
    // they are called on and use only its `pAppData` and sizes, which the copy has too.
    let mut vfs = unsafe { ptr::read(real) };
    vfs.pNext = ptr::null_mut();
    vfs.zName = c"privatus-no-follow".as_ptr();
    vfs.xFullPathname = Some(full_pathname);
    let vfs: &'static mut ffi::sqlite3_vfs = Box::leak(Box::new(vfs));
    // SAFETY: `vfs` is complete and lives forever.
    SqliteError::check(OPERATION, unsafe { ffi::sqlite3_vfs_register(vfs, 0) })
}

unsafe extern "C" fn full_pathname(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    size: c_int,
    out: *mut c_char,
) -> c_int {
    let real = DEFAULT.load(Ordering::Acquire);
    // SAFETY: set before this VFS was registered, and never freed; the arguments are passed on unchanged.
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
