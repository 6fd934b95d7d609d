//! The faults that are set, and the counters.

use std::ffi::c_int;
use std::sync::{Mutex, PoisonError};

use libsqlite3_sys as ffi;

/// Kinds of files that SQLite opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileKind {
    /// The database file.
    Main,
    /// Its write-ahead log.
    Wal,
    /// Its rollback journal.
    Journal,
    /// Temporary files, statement journals, super-journals.
    Other,
}

impl FileKind {
    /// The kind, from the flags of SQLite's `xOpen`.
    pub(super) fn of(flags: c_int) -> Self {
        if flags & ffi::SQLITE_OPEN_MAIN_DB != 0 {
            Self::Main
        } else if flags & ffi::SQLITE_OPEN_WAL != 0 {
            Self::Wal
        } else if flags & ffi::SQLITE_OPEN_MAIN_JOURNAL != 0 {
            Self::Journal
        } else {
            Self::Other
        }
    }
}

/// The counters of a [`FaultVfs`](super::FaultVfs).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FaultCounters {
    /// Files opened.
    pub opens: u64,
    /// Reads, including failed ones.
    pub reads: u64,
    /// Writes, including failed ones.
    pub writes: u64,
    /// Bytes that reached the real file.
    pub bytes_written: u64,
    /// Syncs, including failed ones.
    pub syncs: u64,
    /// Calls that were made to fail.
    pub injected: u64,
}

/// The faults, each with its result code.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub(super) writes: Option<(u64, c_int)>,
    pub(super) syncs: Option<(u64, c_int)>,
    pub(super) opens: Option<(FileKind, c_int)>,
    /// Only the next opening fails.
    pub(super) opens_once: bool,
    pub(super) reads: Option<(FileKind, u64, c_int)>,
    /// Whether a read failed as if the system had failed it.
    pub(super) has_failed_read: bool,
}

/// Faults and counters of one VFS.
#[derive(Debug, Default)]
pub(super) struct Plan(Mutex<(Faults, FaultCounters)>);

/// How to treat a write.
pub(super) enum Write {
    All,
    /// Write this many bytes, then fail with the code.
    Part(c_int, c_int),
}

impl Plan {
    fn locked<T>(&self, work: impl FnOnce(&mut Faults, &mut FaultCounters) -> T) -> T {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (faults, counters) = &mut *state;
        work(faults, counters)
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut Faults)) {
        self.locked(|faults, _| change(faults));
    }

    pub(super) fn counters(&self) -> FaultCounters {
        self.locked(|_, counters| *counters)
    }

    /// The code with which an open should fail.
    pub(super) fn open(&self, kind: FileKind) -> Option<c_int> {
        self.locked(|faults, counters| {
            counters.opens += 1;
            let (failing, code) = faults.opens?;
            (failing == kind).then(|| {
                counters.injected += 1;
                if faults.opens_once {
                    faults.opens = None;
                }
                code
            })
        })
    }

    /// The code with which a read should fail.
    pub(super) fn read(&self, kind: FileKind, offset: i64, length: c_int) -> Option<c_int> {
        self.locked(|faults, counters| {
            counters.reads += 1;
            let (failing, at, code) = faults.reads?;
            let start = u64::try_from(offset).ok()?;
            let end = start.saturating_add(u64::try_from(length).ok()?);
            (failing == kind && (start..end).contains(&at)).then(|| {
                counters.injected += 1;
                faults.has_failed_read |=
                    matches!(code, ffi::SQLITE_IOERR_READ | ffi::SQLITE_IOERR_CORRUPTFS);
                code
            })
        })
    }

    /// Whether a file must report that the system failed a read of it.
    pub(super) fn has_failed_read(&self) -> bool {
        self.locked(|faults, _| faults.has_failed_read)
    }

    pub(super) fn write(&self, length: c_int) -> Write {
        self.locked(|faults, counters| {
            counters.writes += 1;
            let wanted = u64::try_from(length).unwrap_or(0);
            let Some((left, code)) = &mut faults.writes else {
                counters.bytes_written += wanted;
                return Write::All;
            };
            let granted = wanted.min(*left);
            *left -= granted;
            counters.bytes_written += granted;
            if granted == wanted {
                return Write::All;
            }
            counters.injected += 1;
            Write::Part(c_int::try_from(granted).unwrap_or(0), *code)
        })
    }

    /// The code with which a sync should fail.
    pub(super) fn sync(&self) -> Option<c_int> {
        self.locked(|faults, counters| {
            counters.syncs += 1;
            let (left, code) = faults.syncs.as_mut()?;
            if *left > 0 {
                *left -= 1;
                return None;
            }
            counters.injected += 1;
            Some(*code)
        })
    }
}
