//! WAL checkpoints (<https://www.sqlite.org/c3ref/wal_checkpoint_v2.html>).

use std::ffi::c_int;

use libsqlite3_sys as ffi;

/// How far a checkpoint goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckpointMode {
    /// Only look: sizes, no work.
    Noop,
    /// As many frames as possible without waiting for anybody.
    Passive,
    /// Wait (busy timeout) for writers and for readers of old snapshots, then copy all frames.
    Full,
    /// As `Full`, then wait for readers so that the next writer begins the WAL anew.
    Restart,
    /// As `Restart`, and cut the WAL file to nothing.
    Truncate,
}

impl CheckpointMode {
    pub(crate) fn id(self) -> c_int {
        match self {
            Self::Noop => ffi::SQLITE_CHECKPOINT_NOOP,
            Self::Passive => ffi::SQLITE_CHECKPOINT_PASSIVE,
            Self::Full => ffi::SQLITE_CHECKPOINT_FULL,
            Self::Restart => ffi::SQLITE_CHECKPOINT_RESTART,
            Self::Truncate => ffi::SQLITE_CHECKPOINT_TRUNCATE,
        }
    }
}

/// What a checkpoint did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// A reader or writer held it back: it is incomplete. Not an error.
    pub busy: bool,
    /// Frames in the WAL; `None` when the database is not in WAL mode.
    pub log: Option<u64>,
    /// Of those, frames copied to the database file.
    pub checkpointed: Option<u64>,
}
