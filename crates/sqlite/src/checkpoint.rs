//! WAL checkpoints (<https://www.sqlite.org/c3ref/wal_checkpoint_v2.html>).

use std::ffi::c_int;

use libsqlite3_sys as ffi;

use crate::connection::Connection;
use crate::error::SqliteError;
use crate::handle::Handle;
use crate::statement::Statement;

/// How far a checkpoint should go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckpointMode {
    /// Report sizes only; do no work.
    Noop,
    /// Copy as many frames as possible without waiting.
    Passive,
    /// Wait (busy timeout) for writers and for readers of old snapshots, then copy all frames.
    Full,
    /// Like `Full`, then wait for readers, so that the next writer starts the WAL from the beginning.
    Restart,
    /// Like `Restart`, and truncate the WAL file to zero bytes.
    Truncate,
}

impl CheckpointMode {
    fn id(self) -> c_int {
        match self {
            Self::Noop => ffi::SQLITE_CHECKPOINT_NOOP,
            Self::Passive => ffi::SQLITE_CHECKPOINT_PASSIVE,
            Self::Full => ffi::SQLITE_CHECKPOINT_FULL,
            Self::Restart => ffi::SQLITE_CHECKPOINT_RESTART,
            Self::Truncate => ffi::SQLITE_CHECKPOINT_TRUNCATE,
        }
    }
}

/// The result of a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whether a reader or writer held it back, so that it is incomplete. Not an error.
    pub busy: bool,
    /// Frames in the WAL; `None` if the database is not in WAL mode.
    pub log: Option<u64>,
    /// How many of those were copied to the database file.
    pub checkpointed: Option<u64>,
}

impl Connection {
    /// Checkpoints the WAL of the main database.
    ///
    /// # Errors
    ///
    /// SQLite's code. Being held back by others is not an error ([`Checkpoint::busy`]); another running checkpoint
    /// ([`ErrorCode::Busy`](crate::ErrorCode::Busy)) and an open transaction of this connection
    /// ([`ErrorCode::Locked`](crate::ErrorCode::Locked)) are.
    pub fn wal_checkpoint(&mut self, mode: CheckpointMode) -> Result<Checkpoint, SqliteError> {
        run(&self.handle, mode)
    }
}

fn run(handle: &Handle, mode: CheckpointMode) -> Result<Checkpoint, SqliteError> {
    const OPERATION: &str = "checkpoint the WAL";
    handle.with(OPERATION, |db| {
        if mode == CheckpointMode::Noop {
            return look(db, OPERATION);
        }
        let (mut log, mut done): (c_int, c_int) = (-1, -1);
        // SAFETY: an open connection, a NUL-terminated name, two live out-parameters.
        let code = unsafe {
            ffi::sqlite3_wal_checkpoint_v2(db, c"main".as_ptr(), mode.id(), &raw mut log, &raw mut done)
        };
        let (log, checkpointed) = (u64::try_from(log).ok(), u64::try_from(done).ok());
        match code & 0xff {
            ffi::SQLITE_OK => Ok(Checkpoint {
                busy: false,
                log,
                checkpointed,
            }),
            ffi::SQLITE_BUSY => Ok(Checkpoint {
                busy: true,
                log,
                checkpointed,
            }),
            // SAFETY: an open connection.
            _ => Err(unsafe { SqliteError::of(OPERATION, db, code) }),
        }
    })?
}

/// SQLite 3.51's `sqlite3_wal_checkpoint_v2` refuses the mode NOOP of its own header; the pragma accepts it.
fn look(db: *mut ffi::sqlite3, operation: &'static str) -> Result<Checkpoint, SqliteError> {
    // SAFETY: callers keep `db` open, and the statement ends here.
    let mut statement = unsafe { Statement::prepare(db, "PRAGMA main.wal_checkpoint(NOOP)", operation)? };
    if !statement.step()? {
        return Err(SqliteError::misuse(operation));
    }
    Ok(Checkpoint {
        busy: statement.integer(0) != 0,
        log: u64::try_from(statement.integer(1)).ok(),
        checkpointed: u64::try_from(statement.integer(2)).ok(),
    })
}
