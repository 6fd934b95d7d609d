//! SQLite's extended result codes as a type. Codes are mapped, never message texts.

use libsqlite3_sys as ffi;

/// What SQLite answered, from its extended result code (<https://www.sqlite.org/rescode.html>).
///
/// A number in a variant is the extended code itself, for a log or a finer look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// No error.
    Ok,
    /// `SQLITE_ERROR`: the SQL is wrong, or a table or column it names does not exist.
    Sql,
    /// Another connection holds the lock, and the busy timeout is over.
    Busy,
    /// A read transaction cannot become a writer: its snapshot is no longer the newest.
    BusySnapshot,
    /// A conflict within this connection, or a shared cache.
    Locked,
    /// The file is damaged: a page does not hold what it must.
    Corrupt,
    /// The first page cannot be read with this key: wrong key, damage, or another kind of file.
    NotADatabase,
    /// The disk is full (or the database reached its page limit).
    Full,
    /// The operating system failed a read, write, sync or lock.
    IoErr(i32),
    /// The file, or a file beside it, cannot be opened.
    CantOpen,
    /// A symbolic link stands at the path or on its way, where links are refused.
    SymbolicLink,
    /// The database, its folder or its file system does not allow writing.
    ReadOnly(i32),
    /// Out of memory; also what a connection answers after it met one bad page.
    NoMem,
    /// [`InterruptHandle::interrupt`](crate::InterruptHandle::interrupt) stopped it, or the flag of
    /// [`Connection::stop_with`](crate::Connection::stop_with).
    Interrupt,
    /// It did more work than the file's pages can ask for ([`WorkLimit`](crate::WorkLimit)), and was stopped: what it reads
    /// or sets off does not end.
    Endless,
    /// The transaction was rolled back under a running statement.
    Abort,
    /// A constraint of the schema refused the change.
    Constraint(ConstraintKind),
    /// A text, BLOB or row is over the limit.
    TooBig,
    /// The schema changed, and the statement could not be prepared again.
    Schema,
    /// A value has the wrong type for its place (`SQLITE_MISMATCH`).
    Mismatch,
    /// The library was used wrongly: also a connection that is already closed.
    Misuse,
    /// Access permission denied (`SQLITE_PERM`).
    Perm,
    /// Not authorized (`SQLITE_AUTH`), also a write that the defensive mode refuses.
    Auth,
    /// A parameter number out of range.
    Range,
    /// Any other code.
    Other(i32),
}

/// Which kind of constraint failed.
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
    /// A rowid that is taken.
    RowId,
    /// A value of the wrong type in a `STRICT` table.
    DataType,
    /// Any other, with its extended code.
    Other(i32),
}

impl ErrorCode {
    /// A code of ours, as an extended one of `SQLITE_INTERRUPT`, of which SQLite has none.
    const ENDLESS: i32 = ffi::SQLITE_INTERRUPT | (0x7f << 8);

    /// The type for one extended (or primary) result code.
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

    /// The result code again: the extended one where the variant holds it, else the primary one.
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

    /// The bytes of the file are not what they must be. With the right key there is no other
    /// reason for [`NotADatabase`](Self::NotADatabase). `SQLITE_IOERR_CORRUPTFS` is none: SQLite gives it where the system
    /// answers a read with `EIO`, which says of the bytes nothing.
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

    /// The index of the log, beside the database, could not be given its size.
    pub fn is_shm_size(self) -> bool {
        self == Self::IoErr(ffi::SQLITE_IOERR_SHMSIZE)
    }

    /// The system did not lock a file, for another reason than that somebody else holds it. `SQLITE_PROTOCOL` is one: the
    /// locks of the log's index do not come to what its protocol says, however often it is tried.
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

    /// The connection that answered this is to be dropped. After one page that could not be read
    /// or decrypted, SQLCipher answers every statement with [`NoMem`](Self::NoMem), also when the
    /// fault is gone.
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

    /// The disk is full. An [`IoErr`](Self::IoErr) can mean it as well (a quota, a file-size
    /// limit): there the file system has to be asked.
    pub fn is_full(self) -> bool {
        self == Self::Full
    }

    /// SQLite's own fixed words for the code, or ours for one of ours: no SQL, no value, no path.
    pub fn text(self) -> &'static str {
        match self {
            Self::Endless => "more work than the pages of the file can ask for",
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

/// A failed call of this crate: what was tried, and SQLite's code. Never SQL, values or keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("SQLite: {operation}: {code}")]
pub struct SqliteError {
    /// What SQLite answered.
    pub code: ErrorCode,
    /// What was tried, in fixed words.
    pub operation: &'static str,
    /// `errno` (or the Windows error) behind a failed open, read or write, where the system gave one.
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

    /// Turns a result code into `Ok` or an error.
    pub(crate) fn check(operation: &'static str, raw: i32) -> Result<(), Self> {
        if raw == ffi::SQLITE_OK {
            Ok(())
        } else {
            Err(Self::new(operation, raw))
        }
    }
}
