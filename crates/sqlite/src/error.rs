//! SQLite's extended result codes as a type. Codes are mapped, never message texts.

use libsqlite3_sys as ffi;

/// A result of SQLite, from its extended result code (<https://www.sqlite.org/rescode.html>).
///
/// A number in a variant is the extended code itself, for logs or finer distinctions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// No error.
    Ok,
    /// `SQLITE_ERROR`: the SQL is wrong, or a table or column it names does not exist.
    Sql,
    /// Another connection holds the lock, and the busy timeout has expired.
    Busy,
    /// A read transaction cannot become a writer: its snapshot is no longer the newest.
    BusySnapshot,
    /// A conflict within this connection, or a shared cache.
    Locked,
    /// The file is damaged: a page has invalid contents.
    Corrupt,
    /// The first page cannot be read with this key: wrong key, damage, or another kind of file.
    NotADatabase,
    /// The disk is full (or the database reached its page limit).
    Full,
    /// The operating system failed a read, write, sync or lock.
    IoErr(i32),
    /// The file, or a file next to it, cannot be opened.
    CantOpen,
    /// The path contains a symbolic link, although links are refused.
    SymbolicLink,
    /// The database, its folder or its file system does not allow writing.
    ReadOnly(i32),
    /// Out of memory; also the answer of a connection after it met one bad page.
    NoMem,
    /// Interrupted by [`InterruptHandle::interrupt`](crate::InterruptHandle::interrupt), or by the flag of
    /// [`Connection::stop_with`](crate::Connection::stop_with).
    Interrupt,
    /// Stopped because it did more work than the file's pages can require ([`WorkLimit`](crate::WorkLimit)): what it
    /// reads or triggers does not end.
    Endless,
    /// The transaction was rolled back under a running statement.
    Abort,
    /// A constraint of the schema rejected the change.
    Constraint(ConstraintKind),
    /// A text, BLOB or row is over the limit.
    TooBig,
    /// The schema changed, and the statement could not be prepared again.
    Schema,
    /// A value has the wrong type for its place (`SQLITE_MISMATCH`).
    Mismatch,
    /// The library was used incorrectly; also a connection that is already closed.
    Misuse,
    /// Access permission denied (`SQLITE_PERM`).
    Perm,
    /// Not authorized (`SQLITE_AUTH`), including a write that the defensive mode refuses.
    Auth,
    /// A parameter number out of range.
    Range,
    /// Any other code.
    Other(i32),
}

/// The kind of constraint that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConstraintKind {
    /// `CHECK`.
    Check,
    /// `FOREIGN KEY`.
    ForeignKey,
    /// `NOT NULL`.
    NotNull,
    /// `PRIMARY KEY`.
    PrimaryKey,
    /// `RAISE(ABORT, …)` in a trigger.
    Trigger,
    /// `UNIQUE`.
    Unique,
    /// A duplicate rowid.
    RowId,
    /// A value of the wrong type in a `STRICT` table.
    DataType,
    /// Any other, with its extended code.
    Other(i32),
}

impl ErrorCode {
    /// An extended code of `SQLITE_INTERRUPT` that SQLite does not use itself.
    const ENDLESS: i32 = ffi::SQLITE_INTERRUPT | (0x7f << 8);

    /// Converts an extended (or primary) result code.
    pub fn from_raw(raw: i32) -> Self {
        match raw {
            ffi::SQLITE_BUSY_SNAPSHOT => return Self::BusySnapshot,
            ffi::SQLITE_CANTOPEN_SYMLINK => return Self::SymbolicLink,
            ffi::SQLITE_IOERR_NOMEM => return Self::NoMem,
            Self::ENDLESS => return Self::Endless,
            _ => {}
        }
        match raw & 0xff {
            ffi::SQLITE_OK | ffi::SQLITE_ROW | ffi::SQLITE_DONE => Self::Ok,
            ffi::SQLITE_ERROR => Self::Sql,
            ffi::SQLITE_BUSY => Self::Busy,
            ffi::SQLITE_LOCKED => Self::Locked,
            ffi::SQLITE_CORRUPT => Self::Corrupt,
            ffi::SQLITE_NOTADB => Self::NotADatabase,
            ffi::SQLITE_FULL => Self::Full,
            ffi::SQLITE_IOERR => Self::IoErr(raw),
            ffi::SQLITE_CANTOPEN => Self::CantOpen,
            ffi::SQLITE_READONLY => Self::ReadOnly(raw),
            ffi::SQLITE_NOMEM => Self::NoMem,
            ffi::SQLITE_INTERRUPT => Self::Interrupt,
            ffi::SQLITE_ABORT => Self::Abort,
            ffi::SQLITE_CONSTRAINT => Self::Constraint(ConstraintKind::from_raw(raw)),
            ffi::SQLITE_TOOBIG => Self::TooBig,
            ffi::SQLITE_SCHEMA => Self::Schema,
            ffi::SQLITE_MISMATCH => Self::Mismatch,
            ffi::SQLITE_MISUSE => Self::Misuse,
            ffi::SQLITE_PERM => Self::Perm,
            ffi::SQLITE_AUTH => Self::Auth,
            ffi::SQLITE_RANGE => Self::Range,
            _ => Self::Other(raw),
        }
    }

    /// The result code: the extended one if the variant holds it, otherwise the primary one.
    pub fn raw(self) -> i32 {
        match self {
            Self::Ok => ffi::SQLITE_OK,
            Self::Sql => ffi::SQLITE_ERROR,
            Self::Busy => ffi::SQLITE_BUSY,
            Self::BusySnapshot => ffi::SQLITE_BUSY_SNAPSHOT,
            Self::Locked => ffi::SQLITE_LOCKED,
            Self::Corrupt => ffi::SQLITE_CORRUPT,
            Self::NotADatabase => ffi::SQLITE_NOTADB,
            Self::Full => ffi::SQLITE_FULL,
            Self::CantOpen => ffi::SQLITE_CANTOPEN,
            Self::SymbolicLink => ffi::SQLITE_CANTOPEN_SYMLINK,
            Self::NoMem => ffi::SQLITE_NOMEM,
            Self::Interrupt => ffi::SQLITE_INTERRUPT,
            Self::Endless => Self::ENDLESS,
            Self::Abort => ffi::SQLITE_ABORT,
            Self::TooBig => ffi::SQLITE_TOOBIG,
            Self::Schema => ffi::SQLITE_SCHEMA,
            Self::Mismatch => ffi::SQLITE_MISMATCH,
            Self::Misuse => ffi::SQLITE_MISUSE,
            Self::Perm => ffi::SQLITE_PERM,
            Self::Auth => ffi::SQLITE_AUTH,
            Self::Range => ffi::SQLITE_RANGE,
            Self::Constraint(kind) => kind.raw(),
            Self::IoErr(raw) | Self::ReadOnly(raw) | Self::Other(raw) => raw,
        }
    }

    /// Returns whether the file's bytes are wrong. With the right key, this is the only cause of
    /// [`NotADatabase`](Self::NotADatabase). `SQLITE_IOERR_CORRUPTFS` does not count: SQLite returns it when the
    /// system answers a read with `EIO`, which says nothing about the bytes.
    pub fn is_damage(self) -> bool {
        match self {
            Self::Corrupt | Self::NotADatabase => true,
            Self::IoErr(raw) => matches!(
                raw,
                ffi::SQLITE_IOERR_SHORT_READ | ffi::SQLITE_IOERR_DATA | ffi::SQLITE_IOERR_CODEC
            ),
            _ => false,
        }
    }

    /// Returns whether the WAL index, next to the database, could not be resized.
    pub fn is_shm_size(self) -> bool {
        self == Self::IoErr(ffi::SQLITE_IOERR_SHMSIZE)
    }

    /// Returns whether the system failed to lock a file for another reason than a lock held by somebody else.
    /// `SQLITE_PROTOCOL` counts: the locks of the WAL index do not reach a valid state, however often it is tried.
    pub fn is_lock(self) -> bool {
        matches!(
            self,
            Self::IoErr(
                ffi::SQLITE_IOERR_LOCK
                    | ffi::SQLITE_IOERR_RDLOCK
                    | ffi::SQLITE_IOERR_UNLOCK
                    | ffi::SQLITE_IOERR_CHECKRESERVEDLOCK
                    | ffi::SQLITE_IOERR_BLOCKED
                    | ffi::SQLITE_IOERR_SHMLOCK
            ) | Self::Other(ffi::SQLITE_PROTOCOL)
        )
    }

    /// Returns whether the connection must be dropped. After one page that could not be read or decrypted, SQLCipher
    /// answers every statement with [`NoMem`](Self::NoMem), even when the fault is gone.
    pub fn spoils_connection(self) -> bool {
        self.is_damage() || matches!(self, Self::NoMem | Self::IoErr(_))
    }

    /// Somebody else holds a lock; the same call may succeed later (for
    /// [`BusySnapshot`](Self::BusySnapshot): in a new transaction).
    pub fn is_busy(self) -> bool {
        matches!(self, Self::Busy | Self::BusySnapshot | Self::Locked)
    }

    /// Writing is not allowed: by the file's permissions, the file system or the open mode.
    pub fn is_readonly(self) -> bool {
        matches!(self, Self::ReadOnly(_) | Self::Perm)
    }

    /// Returns whether the disk is full. An [`IoErr`](Self::IoErr) can mean this as well (a quota, a file-size limit);
    /// then ask the file system.
    pub fn is_full(self) -> bool {
        self == Self::Full
    }

    /// SQLite's own fixed text for the code, or ours for our own code: no SQL, no value, no path.
    pub fn text(self) -> &'static str {
        match self {
            Self::Endless => "more work than the pages of the file can require",
            code => ffi::code_to_str(code.raw()),
        }
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (SQLite code {})", self.text(), self.raw())
    }
}

impl ConstraintKind {
    fn from_raw(raw: i32) -> Self {
        match raw {
            ffi::SQLITE_CONSTRAINT_CHECK => Self::Check,
            ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Self::ForeignKey,
            ffi::SQLITE_CONSTRAINT_NOTNULL => Self::NotNull,
            ffi::SQLITE_CONSTRAINT_PRIMARYKEY => Self::PrimaryKey,
            ffi::SQLITE_CONSTRAINT_TRIGGER => Self::Trigger,
            ffi::SQLITE_CONSTRAINT_UNIQUE => Self::Unique,
            ffi::SQLITE_CONSTRAINT_ROWID => Self::RowId,
            ffi::SQLITE_CONSTRAINT_DATATYPE => Self::DataType,
            _ => Self::Other(raw),
        }
    }

    fn raw(self) -> i32 {
        match self {
            Self::Check => ffi::SQLITE_CONSTRAINT_CHECK,
            Self::ForeignKey => ffi::SQLITE_CONSTRAINT_FOREIGNKEY,
            Self::NotNull => ffi::SQLITE_CONSTRAINT_NOTNULL,
            Self::PrimaryKey => ffi::SQLITE_CONSTRAINT_PRIMARYKEY,
            Self::Trigger => ffi::SQLITE_CONSTRAINT_TRIGGER,
            Self::Unique => ffi::SQLITE_CONSTRAINT_UNIQUE,
            Self::RowId => ffi::SQLITE_CONSTRAINT_ROWID,
            Self::DataType => ffi::SQLITE_CONSTRAINT_DATATYPE,
            Self::Other(raw) => raw,
        }
    }
}

/// A failed call of this crate: the operation, and SQLite's code. Never SQL, values or keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("SQLite: {operation}: {code}")]
pub struct SqliteError {
    /// SQLite's result.
    pub code: ErrorCode,
    /// The operation, as a fixed text.
    pub operation: &'static str,
    /// `errno` (or the Windows error) of a failed open, read or write, if the system reported one.
    pub os_error: Option<i32>,
}

impl SqliteError {
    pub(crate) fn new(operation: &'static str, raw: i32) -> Self {
        Self {
            code: ErrorCode::from_raw(raw),
            operation,
            os_error: None,
        }
    }

    pub(crate) fn misuse(operation: &'static str) -> Self {
        Self::new(operation, ffi::SQLITE_MISUSE)
    }

    /// Converts a result code to `Ok` or an error.
    pub(crate) fn check(operation: &'static str, raw: i32) -> Result<(), Self> {
        if raw == ffi::SQLITE_OK {
            Ok(())
        } else {
            Err(Self::new(operation, raw))
        }
    }
}
