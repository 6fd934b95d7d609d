//! A diesel connection together with its raw handle.

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

/// Sets the MAC of each page of a keyed database. Ours is HMAC-SHA256 instead of SQLCipher's HMAC-SHA512: as strong
/// for this purpose, and processors have instructions for SHA-256 (docs/adr/0011).
const fn set_page_mac(mac: PageMac) -> &'static str {
    match mac {
        PageMac::Sha256 => "PRAGMA cipher_hmac_algorithm = HMAC_SHA256",
        PageMac::Sha512 => "PRAGMA cipher_hmac_algorithm = HMAC_SHA512",
    }
}

/// A connection: diesel's, plus what diesel does not offer.
///
/// Like diesel's, it can be sent to another thread but used by only one thread at a time.
pub struct Connection {
    // Dropped before diesel's connection, which cannot close while it has statements.
    statements: Statements,
    diesel: SqliteConnection,
    pub(crate) handle: Arc<Handle>,
    cached: Arc<AtomicUsize>,
}

impl Connection {
    /// Opens `uri`. [`crate::library::library`] itself uses this, so the entry point must already be registered.
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

    /// The number of statements this connection keeps prepared, its own and diesel's. None is evicted: code that runs
    /// many different statements should open a new connection after a few hundred.
    pub fn statements_cached(&self) -> usize {
        self.cached.load(Ordering::Relaxed) + self.statements.len()
    }

    pub(crate) fn parts(&mut self) -> (&Arc<Handle>, &mut Statements) {
        (&self.handle, &mut self.statements)
    }

    /// The code of the last statement that **failed through diesel**, regardless of what ran after it (such as the
    /// ROLLBACK that diesel sends after a failure); [`ErrorCode::Ok`] if none has failed.
    ///
    /// Meaningful right after a `diesel::result::Error::DatabaseError`; [`code_of`](Self::code_of)
    /// makes that distinction.
    pub fn last_error(&self) -> ErrorCode {
        self.handle.last_error()
    }

    /// The code of a diesel error; `None` if the error does not come from SQLite (no row found, a value that does not
    /// convert).
    pub fn code_of(&self, error: &diesel::result::Error) -> Option<ErrorCode> {
        if !matches!(error, diesel::result::Error::DatabaseError(..)) {
            return None;
        }
        // If a later row of a load fails, the instrumentation is not told, but the handle has the code. SAFETY: an
        // open connection.
        let now = self.handle.with("read the state", |db| unsafe {
            ffi::sqlite3_extended_errcode(db)
        });
        match now.map(ErrorCode::from_raw) {
            Ok(code) if code != ErrorCode::Ok => Some(self.handle.told(code)),
            _ => Some(self.last_error()),
        }
    }

    /// The system's error number of the last failed open, read or write of this connection, if SQLite kept one.
    pub fn last_system_error(&self) -> Option<i32> {
        // SAFETY: an open connection.
        let number = self
            .handle
            .with("read the state", |db| unsafe { ffi::sqlite3_system_errno(db) });
        number.ok().filter(|&number| number != 0)
    }

    /// Returns whether the system failed a read of the database or its log through this connection.
    pub fn has_failed_read(&self) -> bool {
        // SAFETY: an open connection.
        let failed = self
            .handle
            .with("read the state", |db| unsafe { failed_read::is_failed(db) });
        failed.unwrap_or(false)
    }

    /// Ends whatever runs on this connection, now and later, with [`ErrorCode::Interrupt`] once `flag` is set. Only
    /// the first flag counts.
    pub fn stop_with(&self, flag: Arc<AtomicBool>) {
        self.handle.work.stop_with(flag);
    }

    /// A handle that interrupts this connection from any thread.
    pub fn interrupt_handle(&self) -> InterruptHandle {
        InterruptHandle::new(Arc::clone(&self.handle))
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connection")
    }
}

/// Switches off features that our databases do not need and a hostile file could use.
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

/// diesel reports a failed open only as text, so open the same URI again to get the codes.
fn why_not(uri: &str) -> SqliteError {
    const OPERATION: &str = "open the database";
    let Ok(uri) = CString::new(uri) else {
        return SqliteError::misuse(OPERATION);
    };
    let mut db = ptr::null_mut();
    let flags = ffi::SQLITE_OPEN_READWRITE | ffi::SQLITE_OPEN_CREATE | ffi::SQLITE_OPEN_URI;
    // SAFETY: `uri` is NUL-terminated, `db` a live out-parameter. SQLite may return a handle even on failure; its
    // codes are read and it is closed, and closing null does nothing.
    unsafe {
        let opened = ffi::sqlite3_open_v2(uri.as_ptr(), &raw mut db, flags, ptr::null());
        // If it opens now, nothing forbids it: the system had failed.
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
