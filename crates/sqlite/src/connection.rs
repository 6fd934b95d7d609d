//! A diesel connection with its raw handle beside it.

use std::ffi::{CString, c_int};
use std::path::Path;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::SqliteConnection;
use diesel::connection::{Connection as _, InstrumentationEvent};
use libsqlite3_sys as ffi;

use crate::capture;
use crate::checkpoint::{self, Checkpoint, CheckpointMode};
use crate::counters::{self, Counters};
use crate::error::{ErrorCode, SqliteError};
use crate::handle::{Handle, InterruptHandle};
use crate::key::RawKey;
use crate::library::library;
use crate::limit::Limit;
use crate::open::{OpenOptions, PageMac};
use crate::query::Statements;
use crate::uri;

/// Sets the MAC of each page of a keyed database. Ours is HMAC-SHA256 in place of SQLCipher's HMAC-SHA512: as strong for
/// this use, and processors have instructions for SHA-256 (docs/adr/0011).
const fn set_page_mac(mac: PageMac) -> &'static str {
    match mac {
        PageMac::Sha256 => "PRAGMA cipher_hmac_algorithm = HMAC_SHA256",
        PageMac::Sha512 => "PRAGMA cipher_hmac_algorithm = HMAC_SHA512",
    }
}

/// A connection: diesel's, and what diesel does not offer.
///
/// It can be sent to another thread, and used by one thread at a time, as diesel's.
pub struct Connection {
    // Before diesel's: a connection with statements does not close.
    statements: Statements,
    diesel: SqliteConnection,
    pub(crate) handle: Arc<Handle>,
    cached: Arc<AtomicUsize>,
}

impl Connection {
    /// Opens a database file and keys it. **Nothing of the file is read yet**: a wrong key or a
    /// damaged file shows at the first statement.
    ///
    /// The connection has extension loading off, defensive mode on (no writable schema) and does
    /// not trust functions and virtual tables named in the schema.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::CantOpen`], with the system's error, when the file does not exist (except for
    /// [`OpenMode::Create`](crate::OpenMode::Create)), is a folder or may not be read; when the path is empty, is not UTF-8
    /// or holds a NUL.
    pub fn open(path: &Path, options: &OpenOptions<'_>) -> Result<Self, SqliteError> {
        library()?;
        Self::establish(&uri::file_uri(path, options)?, options.key, options.page_mac)
    }

    /// Opens a private database in memory; the mode of `options` does not matter.
    ///
    /// # Errors
    ///
    /// Out of memory, or an unknown VFS.
    pub fn open_in_memory(options: &OpenOptions<'_>) -> Result<Self, SqliteError> {
        library()?;
        Self::establish(&uri::memory_uri(options)?, options.key, options.page_mac)
    }

    /// Opens `uri`; [`crate::library::library`] itself uses it, so the entry point must be registered already.
    pub(crate) fn establish(uri: &str, key: Option<&RawKey>, mac: PageMac) -> Result<Self, SqliteError> {
        let (mut diesel, db) = match capture::establish(uri)? {
            Ok(opened) => opened,
            Err(_) => return Err(why_not(uri)),
        };
        // SAFETY: `db` is the open connection that `diesel`, alive here, owns.
        let handle = unsafe { Handle::attach(db)? };
        harden(db.as_ptr())?;
        if let Some(key) = key {
            let spec = key.spec();
            let length = c_int::try_from(spec.len()).unwrap_or(0);
            // SAFETY: `db` is open; `spec` has `length` readable bytes, which SQLCipher copies.
            let code =
                unsafe { ffi::sqlite3_key_v2(db.as_ptr(), c"main".as_ptr(), spec.as_ptr().cast(), length) };
            SqliteError::check("set the key", code)?;
        }
        let noted = Arc::clone(&handle);
        let cached = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&cached);
        diesel.set_instrumentation(move |event: InstrumentationEvent<'_>| match event {
            InstrumentationEvent::FinishQuery { error: Some(_), .. } => noted.note_error(),
            InstrumentationEvent::CacheQuery { .. } => {
                counted.fetch_add(1, Ordering::Relaxed);
            }
            _ => {}
        });
        let mut connection = Self {
            statements: Statements::new(),
            diesel,
            handle,
            cached,
        };
        if key.is_some() {
            connection.execute_batch(set_page_mac(mac))?;
        }
        counters::opened(&connection.handle)?;
        Ok(connection)
    }

    /// The diesel connection. Replacing its instrumentation ends [`last_error`](Self::last_error).
    pub fn diesel(&mut self) -> &mut SqliteConnection {
        &mut self.diesel
    }

    /// How many statements this connection keeps prepared, its own and diesel's. None is let go: who runs many
    /// different ones opens a new connection after some hundred.
    pub fn statements_cached(&self) -> usize {
        self.cached.load(Ordering::Relaxed) + self.statements.len()
    }

    pub(crate) fn parts(&mut self) -> (&Arc<Handle>, &mut Statements) {
        (&self.handle, &mut self.statements)
    }

    /// The code of the last statement that **failed through diesel**, whatever ran after it (such
    /// as the ROLLBACK that diesel sends after a failure); [`ErrorCode::Ok`] before the first.
    ///
    /// Meaningful right after a `diesel::result::Error::DatabaseError`; [`code_of`](Self::code_of)
    /// makes that distinction.
    pub fn last_error(&self) -> ErrorCode {
        self.handle.last_error()
    }

    /// The code behind a diesel error, or `None` when the error does not come from SQLite (no row
    /// found, a value that does not convert).
    pub fn code_of(&self, error: &diesel::result::Error) -> Option<ErrorCode> {
        if !matches!(error, diesel::result::Error::DatabaseError(..)) {
            return None;
        }
        // A row that fails after the first of a load is not told to the instrumentation; the handle still knows.
        // SAFETY: an open connection.
        let now = self.handle.with("read the state", |db| unsafe {
            ffi::sqlite3_extended_errcode(db)
        });
        match now.map(ErrorCode::from_raw) {
            Ok(code) if code != ErrorCode::Ok => Some(code),
            _ => Some(self.last_error()),
        }
    }

    /// A handle that stops what this connection runs, from any thread.
    pub fn interrupt_handle(&self) -> InterruptHandle {
        InterruptHandle::new(Arc::clone(&self.handle))
    }

    /// What the connection did; the first call switches statement counting on.
    ///
    /// # Errors
    ///
    /// None in practice; SQLite's code otherwise.
    pub fn counters(&self) -> Result<Counters, SqliteError> {
        counters::read(&self.handle)
    }

    /// Sets a limit and gives the one before it. Negative values change nothing.
    pub fn set_limit(&mut self, limit: Limit, value: i32) -> i32 {
        // SAFETY: an open connection and a known limit.
        self.handle
            .with("set a limit", |db| unsafe {
                ffi::sqlite3_limit(db, limit.id(), value)
            })
            .unwrap_or(-1)
    }

    /// The limit in force.
    pub fn get_limit(&self, limit: Limit) -> i32 {
        // SAFETY: an open connection; -1 only asks.
        self.handle
            .with("read a limit", |db| unsafe {
                ffi::sqlite3_limit(db, limit.id(), -1)
            })
            .unwrap_or(-1)
    }

    /// No explicit transaction is open.
    pub fn is_autocommit(&self) -> bool {
        // SAFETY: an open connection.
        self.handle
            .with("read the state", |db| unsafe {
                ffi::sqlite3_get_autocommit(db) != 0
            })
            .unwrap_or(true)
    }

    /// The database can only be read, by the mode or because the file did not allow writing.
    pub fn is_readonly(&self) -> bool {
        self.handle
            // SAFETY: an open connection, and a NUL-terminated name.
            .with("read the state", |db| unsafe { ffi::sqlite3_db_readonly(db, c"main".as_ptr()) == 1 })
            .unwrap_or(true)
    }

    /// Rows that the last INSERT, UPDATE or DELETE changed directly (not through triggers).
    pub fn changes64(&self) -> i64 {
        // SAFETY: an open connection.
        self.handle
            .with("read the state", |db| unsafe { ffi::sqlite3_changes64(db) })
            .unwrap_or(0)
    }

    /// How long to wait for a lock of another connection, in milliseconds (at most `i32::MAX`).
    ///
    /// # Errors
    ///
    /// None in practice; SQLite's code otherwise.
    pub fn busy_timeout(&mut self, milliseconds: u32) -> Result<(), SqliteError> {
        let milliseconds = c_int::try_from(milliseconds).unwrap_or(c_int::MAX);
        self.handle.with("set the busy timeout", |db| {
            // SAFETY: an open connection.
            SqliteError::check("set the busy timeout", unsafe {
                ffi::sqlite3_busy_timeout(db, milliseconds)
            })
        })?
    }

    /// Leaves the WAL beside the database when this connection closes as the last one; otherwise it is merged then, by a
    /// connection that only read as well.
    ///
    /// # Errors
    ///
    /// None in practice; SQLite's code otherwise.
    pub fn keep_log_at_close(&mut self) -> Result<(), SqliteError> {
        const OPERATION: &str = "configure the connection";
        let on: c_int = 1;
        self.handle.with(OPERATION, |db| {
            // SAFETY: an open connection; the option takes an int and an int pointer or null.
            SqliteError::check(OPERATION, unsafe {
                ffi::sqlite3_db_config(
                    db,
                    ffi::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
                    on,
                    ptr::null_mut::<c_int>(),
                )
            })
        })?
    }

    /// Checkpoints the WAL of the main database.
    ///
    /// # Errors
    ///
    /// SQLite's code; being held back by others is not one ([`Checkpoint::busy`]), but another
    /// running checkpoint ([`ErrorCode::Busy`]) and an open transaction of this connection
    /// ([`ErrorCode::Locked`]) are.
    pub fn wal_checkpoint(&mut self, mode: CheckpointMode) -> Result<Checkpoint, SqliteError> {
        checkpoint::run(&self.handle, mode)
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connection")
    }
}

/// Switches off what no database of ours needs and a hostile file could use.
fn harden(db: *mut ffi::sqlite3) -> Result<(), SqliteError> {
    const OPERATION: &str = "configure the connection";
    let ignored = ptr::null_mut::<c_int>();
    // SAFETY: `db` is open (caller); the two options take an int and an int pointer or null.
    unsafe {
        SqliteError::check(OPERATION, ffi::sqlite3_enable_load_extension(db, 0))?;
        let on: c_int = 1;
        let off: c_int = 0;
        SqliteError::check(
            OPERATION,
            ffi::sqlite3_db_config(db, ffi::SQLITE_DBCONFIG_DEFENSIVE, on, ignored),
        )?;
        SqliteError::check(
            OPERATION,
            ffi::sqlite3_db_config(db, ffi::SQLITE_DBCONFIG_TRUSTED_SCHEMA, off, ignored),
        )
    }
}

/// diesel gives only a text for a failed open: open the same URI once more, for the codes.
fn why_not(uri: &str) -> SqliteError {
    const OPERATION: &str = "open the database";
    let Ok(uri) = CString::new(uri) else {
        return SqliteError::misuse(OPERATION);
    };
    let mut db = ptr::null_mut();
    let flags = ffi::SQLITE_OPEN_READWRITE | ffi::SQLITE_OPEN_CREATE | ffi::SQLITE_OPEN_URI;
    // SAFETY: `uri` is NUL-terminated, `db` a live out-parameter. SQLite may give a handle also
    // when it fails; it is asked for its codes and closed, and closing null does nothing.
    unsafe {
        let opened = ffi::sqlite3_open_v2(uri.as_ptr(), &raw mut db, flags, ptr::null());
        let mut error = SqliteError::new(OPERATION, ffi::SQLITE_CANTOPEN);
        if opened != ffi::SQLITE_OK {
            error = SqliteError::new(OPERATION, opened);
            if !db.is_null() {
                error.code = ErrorCode::from_raw(ffi::sqlite3_extended_errcode(db));
                error.os_error = Some(ffi::sqlite3_system_errno(db)).filter(|&errno| errno != 0);
            }
        }
        ffi::sqlite3_close(db);
        error
    }
}
