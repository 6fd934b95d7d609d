//! A VFS that fails on request, for tests: full disks, failing syncs and reads.
//!
//! It wraps the default VFS under its own name, and is chosen per connection with
//! [`OpenOptions::vfs`](crate::OpenOptions) (`file:…?vfs=NAME`); other connections are not affected.
//!
//! ```
//! use privatus_sqlite::{Connection, ErrorCode, OpenMode, OpenOptions, fault::FaultVfs};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let vfs = FaultVfs::register("full-disk")?;
//! let options = OpenOptions::new(OpenMode::Create).with_vfs("full-disk");
//! let mut connection = Connection::open(&folder.path().join("a.db"), &options)?;
//! vfs.fail_writes_after(0, ErrorCode::Full);
//! let error = connection.execute_batch("CREATE TABLE t (a)").map_err(|error| error.code);
//! assert_eq!(error, Err(ErrorCode::Full));
//! vfs.disarm();
//! connection.execute_batch("CREATE TABLE t (a)")?;
//! # Ok(())
//! # }
//! ```

mod file;
mod plan;
mod vfs;

use std::ffi::c_int;

use libsqlite3_sys as ffi;

use crate::error::{ErrorCode, SqliteError};
use plan::Plan;

pub use plan::{FaultCounters, FileKind};

/// A registered fault-injecting VFS. Its faults apply to all connections opened under its name, from when they are set
/// until [`disarm`](Self::disarm). A code that is not an error, such as [`ErrorCode::Ok`], injects a plain
/// `SQLITE_IOERR`.
///
/// SQLite may use a VFS until the process ends, so it is never unregistered or freed: the value can be dropped, but
/// the name stays taken.
#[derive(Debug, Clone, Copy)]
pub struct FaultVfs {
    plan: &'static Plan,
}

impl FaultVfs {
    /// Registers a new VFS under `name`, around the default one.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::Misuse`] if the name is taken, empty or contains a NUL.
    pub fn register(name: &str) -> Result<Self, SqliteError> {
        Ok(Self {
            plan: vfs::register(name)?,
        })
    }

    /// Allows `bytes` more bytes to be written to files of any kind. The write that crosses the limit writes what
    /// still fits; it and all later ones fail with `code` ([`ErrorCode::Full`], or an [`ErrorCode::IoErr`]).
    pub fn fail_writes_after(&self, bytes: u64, code: ErrorCode) {
        self.plan
            .change(|faults| faults.writes = Some((bytes, failing(code))));
    }

    /// Allows `syncs` more syncs; later ones fail with `code`.
    pub fn fail_syncs_after(&self, syncs: u64, code: ErrorCode) {
        self.plan
            .change(|faults| faults.syncs = Some((syncs, failing(code))));
    }

    /// Makes every opening of a file of that kind fail with `code`.
    pub fn fail_opens(&self, kind: FileKind, code: ErrorCode) {
        self.plan
            .change(|faults| faults.opens = Some((kind, failing(code))));
    }

    /// Makes only the next opening of a file of that kind fail with `code`.
    pub fn fail_next_open(&self, kind: FileKind, code: ErrorCode) {
        self.plan.change(|faults| {
            faults.opens = Some((kind, failing(code)));
            faults.opens_once = true;
        });
    }

    /// Makes every read that covers the byte at `offset` in a file of that kind fail.
    pub fn fail_reads_at(&self, kind: FileKind, offset: u64, code: ErrorCode) {
        self.plan
            .change(|faults| faults.reads = Some((kind, offset, failing(code))));
    }

    /// Removes all faults; the counters continue.
    pub fn disarm(&self) {
        self.plan.change(|faults| *faults = plan::Faults::default());
    }

    /// The counters of this VFS since it was registered.
    pub fn counters(&self) -> FaultCounters {
        self.plan.counters()
    }
}

/// The code to inject. SQLite uses a file whose opening "succeeded", so success without a file would make it call a
/// null pointer.
fn failing(code: ErrorCode) -> c_int {
    match ErrorCode::from_raw(code.raw()) {
        ErrorCode::Ok => ffi::SQLITE_IOERR,
        _ => code.raw(),
    }
}
