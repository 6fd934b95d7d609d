//! The wrapped file: our header, followed by the real VFS's file in the same allocation.

use std::ffi::{c_int, c_void};
use std::ptr;

use libsqlite3_sys as ffi;

use super::plan::{FileKind, Plan, Write};

/// The header; the real file follows at [`HEADER`].
#[repr(C)]
pub(super) struct FaultFile {
    /// Must come first: SQLite sees a `sqlite3_file`.
    base: ffi::sqlite3_file,
    plan: &'static Plan,
    kind: FileKind,
}

/// The header's size, rounded up so that the real file keeps SQLite's alignment.
const HEADER: usize = size_of::<FaultFile>().next_multiple_of(8);

/// Version 2: shared memory for the WAL, but no memory-mapped reads, so that every read is intercepted.
static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

impl FaultFile {
    /// `szOsFile` of a VFS whose real file needs `real` bytes.
    pub(super) fn size_with(real: c_int) -> c_int {
        real.saturating_add(c_int::try_from(HEADER).unwrap_or(c_int::MAX))
    }

    /// The real file inside `file`.
    ///
    /// # Safety
    ///
    /// `file` must be an allocation of [`size_with`](Self::size_with) bytes.
    pub(super) unsafe fn real(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
        // SAFETY: `HEADER` is within the allocation.
        unsafe { file.cast::<u8>().add(HEADER).cast() }
    }
}

/// Turns `file` into a wrapped file; its real file is already open.
///
/// # Safety
///
/// `file` must be an allocation of [`FaultFile::size_with`] bytes, aligned to eight.
pub(super) unsafe fn wrap(file: *mut ffi::sqlite3_file, plan: &'static Plan, kind: FileKind) {
    let header = FaultFile {
        base: ffi::sqlite3_file {
            pMethods: &raw const METHODS,
        },
        plan,
        kind,
    };
    // SAFETY: room and alignment by contract; the previous contents have no destructor.
    unsafe { ptr::write(file.cast(), header) };
}

/// Calls a method of the real file; evaluates to `$missing` if it has none. The table has all fields whatever its
/// version, because the default VFS is SQLite's own.
macro_rules! real {
    ($file:expr, $method:ident ( $($argument:expr),* ), $missing:expr) => {{
        let real = FaultFile::real($file);
        (*(*real).pMethods).$method.map_or($missing, |method| method(real, $($argument),*))
    }};
}

/// Defines a method that only calls the real file's method.
macro_rules! forward {
    ($name:ident, $method:ident, ($($argument:ident: $type:ty),*) -> $result:ty, $missing:expr) => {
        unsafe extern "C" fn $name(file: *mut ffi::sqlite3_file, $($argument: $type),*) -> $result {
            // SAFETY: SQLite calls a method only on an open wrapped file.
            unsafe { real!(file, $method($($argument),*), $missing) }
        }
    };
}

forward!(close, xClose, () -> c_int, ffi::SQLITE_OK);
forward!(truncate, xTruncate, (size: ffi::sqlite3_int64) -> c_int, ffi::SQLITE_IOERR_TRUNCATE);
forward!(file_size, xFileSize, (size: *mut ffi::sqlite3_int64) -> c_int, ffi::SQLITE_IOERR_FSTAT);
forward!(lock, xLock, (level: c_int) -> c_int, ffi::SQLITE_OK);
forward!(unlock, xUnlock, (level: c_int) -> c_int, ffi::SQLITE_OK);
forward!(check_reserved_lock, xCheckReservedLock, (out: *mut c_int) -> c_int, ffi::SQLITE_OK);
forward!(sector_size, xSectorSize, () -> c_int, 4096);
forward!(device_characteristics, xDeviceCharacteristics, () -> c_int, 0);
forward!(shm_lock, xShmLock, (offset: c_int, n: c_int, flags: c_int) -> c_int, ffi::SQLITE_IOERR_SHMLOCK);
forward!(shm_barrier, xShmBarrier, () -> (), ());
forward!(shm_unmap, xShmUnmap, (delete: c_int) -> c_int, ffi::SQLITE_OK);
forward!(
    shm_map, xShmMap,
    (page: c_int, size: c_int, extend: c_int, out: *mut *mut c_void) -> c_int,
    ffi::SQLITE_IOERR_SHMMAP
);

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    buffer: *mut c_void,
    length: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite calls a method only on an open wrapped file, with a buffer of `length` bytes.
    unsafe {
        let header = file.cast_const().cast::<FaultFile>();
        match (*header).plan.read((*header).kind, offset, length) {
            Some(code) => {
                // After a short read SQLite uses the buffer, which must be filled with zeros.
                ptr::write_bytes(buffer.cast::<u8>(), 0, usize::try_from(length).unwrap_or(0));
                code
            }
            None => real!(file, xRead(buffer, length, offset), ffi::SQLITE_IOERR_READ),
        }
    }
}

unsafe extern "C" fn file_control(
    file: *mut ffi::sqlite3_file,
    operation: c_int,
    argument: *mut c_void,
) -> c_int {
    /// `EIO`.
    const FAILED: c_int = 5;
    // SAFETY: SQLite calls a method only on an open wrapped file, and this operation with a pointer to an int.
    unsafe {
        let header = file.cast_const().cast::<FaultFile>();
        if operation == ffi::SQLITE_FCNTL_LAST_ERRNO && (*header).plan.has_failed_read() {
            *argument.cast::<c_int>() = FAILED;
            return ffi::SQLITE_OK;
        }
        real!(file, xFileControl(operation, argument), ffi::SQLITE_NOTFOUND)
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    buffer: *const c_void,
    length: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite calls a method only on an open wrapped file, with a buffer of `length` bytes; the allowed part is
    // never longer.
    unsafe {
        let header = file.cast_const().cast::<FaultFile>();
        match (*header).plan.write(length) {
            Write::All => real!(file, xWrite(buffer, length, offset), ffi::SQLITE_IOERR_WRITE),
            Write::Part(0, code) => code,
            Write::Part(granted, code) => {
                let written = real!(file, xWrite(buffer, granted, offset), ffi::SQLITE_IOERR_WRITE);
                if written == ffi::SQLITE_OK { code } else { written }
            }
        }
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: SQLite calls a method only on an open wrapped file.
    unsafe {
        let header = file.cast_const().cast::<FaultFile>();
        match (*header).plan.sync() {
            Some(code) => code,
            None => real!(file, xSync(flags), ffi::SQLITE_IOERR_FSYNC),
        }
    }
}
