//! A VFS that fails on request, for tests: full disks, failing syncs and reads.
//!
//! It wraps the default VFS under a name of its own, and is chosen per connection with
//! [`OpenOptions::vfs`](crate::OpenOptions) (`file:…?vfs=NAME`); other connections are not touched.
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

/// A registered fault-injecting VFS. Its faults hold for all connections opened under its name,
/// from the moment they are set until [`disarm`](Self::disarm). A code that is no error, such as
/// [`ErrorCode::Ok`], injects a plain `SQLITE_IOERR`.
///
/// SQLite may use a VFS until the process ends, so it is never unregistered nor freed: the value
/// can be dropped, the name stays taken.
#[derive(Debug, Clone, Copy)]
pub struct FaultVfs {
    plan: &'static Plan,
}

impl FaultVfs {
    /// Registers a new VFS under `name`, around the default one.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::Misuse`] when the name is taken, empty or holds a NUL.
    pub fn register(name: &str) -> Result<Self, SqliteError> {
        Ok(Self {
            plan: vfs::register(name)?,
        })
    }

    /// Lets `bytes` more bytes be written to files of any kind; the write that crosses the border
    /// writes what still fits, and it and all later ones fail with `code`
    /// ([`ErrorCode::Full`], or an [`ErrorCode::IoErr`]).
    pub fn fail_writes_after(&self, bytes: u64, code: ErrorCode) {
        self.plan
            .change(|faults| faults.writes = Some((bytes, failing(code))));
    }

    /// Lets `syncs` more syncs succeed; later ones fail with `code`.
    pub fn fail_syncs_after(&self, syncs: u64, code: ErrorCode) {
        self.plan
            .change(|faults| faults.syncs = Some((syncs, failing(code))));
    }

    /// Fails every opening of a file of that kind with `code`.
    pub fn fail_opens(&self, kind: FileKind, code: ErrorCode) {
        self.plan
            .change(|faults| faults.opens = Some((kind, failing(code))));
    }

    /// Fails the next opening of a file of that kind with `code`, and no later one.
    pub fn fail_next_open(&self, kind: FileKind, code: ErrorCode) {
        self.plan.change(|faults| {
            faults.opens = Some((kind, failing(code)));
            faults.opens_once = true;
        });
    }

    /// Fails every read of a file of that kind that covers the byte at `offset`.
    pub fn fail_reads_at(&self, kind: FileKind, offset: u64, code: ErrorCode) {
        self.plan
            .change(|faults| faults.reads = Some((kind, offset, failing(code))));
    }

    /// Takes all faults back; the counters go on.
    pub fn disarm(&self) {
        self.plan.change(|faults| *faults = plan::Faults::default());
    }

    /// What went through this VFS since it was registered.
    pub fn counters(&self) -> FaultCounters {
        self.plan.counters()
    }
}

/// The code to inject. SQLite uses a file whose opening "succeeded", so success without a file
/// would make it call through a null pointer.
fn failing(code: ErrorCode) -> c_int {
    match ErrorCode::from_raw(code.raw()) {
        ErrorCode::Ok => ffi::SQLITE_IOERR,
        _ => code.raw(),
    }
}
