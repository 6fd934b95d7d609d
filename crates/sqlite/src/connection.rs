//! A diesel connection with its raw handle beside it.

use std::ffi::{CString, c_int};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use diesel::SqliteConnection;
use diesel::connection::{Connection as _, InstrumentationEvent};
use libsqlite3_sys as ffi;

use crate::capture;
use crate::error::{ErrorCode, SqliteError};
use crate::failed_read;
use crate::handle::{Handle, InterruptHandle};
use crate::key::RawKey;
use crate::options::PageMac;
use crate::statement_cache::Statements;

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
    /// Opens `uri`; [`crate::library::library`] itself uses it, so the entry point must be registered already.
    pub(crate) fn establish(uri: &str, key: Option<&RawKey>, mac: PageMac) -> Result<Self, SqliteError> {
        let (mut diesel, db) = match capture::establish(uri)? {
            Ok(opened) => opened,
            Err(_) => return Err(why_not(uri)),
        };
        // SAFETY: `db` is the open connection that `diesel`, alive here, owns.
        let handle = unsafe { Handle::attach(db)? };
        handle.watch_work()?;
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
        #[cfg(feature = "testing")]
        crate::testing::trace::opened(&connection.handle)?;
        Ok(connection)
    }

    /// The diesel connection. Replacing its instrumentation ends [`last_error`](Self::last_error).
    pub fn diesel(&mut self) -> &mut SqliteConnection {
        self.handle.work.begin();
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
            Ok(code) if code != ErrorCode::Ok => Some(self.handle.told(code)),
            _ => Some(self.last_error()),
        }
    }

    /// The system's number behind the last failed open, read or write of this connection, where SQLite kept one.
    pub fn last_system_error(&self) -> Option<i32> {
        // SAFETY: an open connection.
        let number = self
            .handle
            .with("read the state", |db| unsafe { ffi::sqlite3_system_errno(db) });
        number.ok().filter(|&number| number != 0)
    }

    /// Whether the system failed a read of the database or its log, through this connection.
    pub fn has_failed_read(&self) -> bool {
        // SAFETY: an open connection.
        let failed = self
            .handle
            .with("read the state", |db| unsafe { failed_read::is_failed(db) });
        failed.unwrap_or(false)
    }

    /// Ends what runs on this connection, now and later, with [`ErrorCode::Interrupt`] once `flag` is set. The first flag
    /// stays.
    pub fn stop_with(&self, flag: Arc<AtomicBool>) {
        self.handle.work.stop_with(flag);
    }

    /// A handle that stops what this connection runs, from any thread.
    pub fn interrupt_handle(&self) -> InterruptHandle {
        InterruptHandle::new(Arc::clone(&self.handle))
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
        // Where it opens now, nothing forbids it: what failed was the system.
        let mut error = SqliteError::new(OPERATION, ffi::SQLITE_IOERR);
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
