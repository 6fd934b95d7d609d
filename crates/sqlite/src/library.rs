//! The linked SQLite: its versions, its build options, and its one-time setup.

use std::ffi::CStr;
use std::sync::OnceLock;

use libsqlite3_sys as ffi;

use crate::at_exit;
use crate::capture;
use crate::connection::Connection;
use crate::error::SqliteError;
use crate::no_follow;
use crate::options::{OpenOptions, PageMac};

/// The linked library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryInfo {
    /// SQLite's version, such as `3.51.3`.
    pub sqlite_version: String,
    /// SQLCipher's version, such as `4.14.0 community`; `None` means that the library is not
    /// SQLCipher and **would ignore every key and write plaintext**.
    pub cipher_version: Option<String>,
    /// `SQLITE_*` compile options, without the prefix.
    pub compile_options: Vec<String>,
}

/// Reads the library's properties, once per process.
///
/// # Errors
///
/// If the library is not built for threads (serialized mode), or an in-memory database cannot be opened.
pub fn library() -> Result<&'static LibraryInfo, SqliteError> {
    static INFO: OnceLock<Result<LibraryInfo, SqliteError>> = OnceLock::new();
    INFO.get_or_init(find_out).as_ref().map_err(|error| *error)
}

fn find_out() -> Result<LibraryInfo, SqliteError> {
    // SAFETY: has no arguments and changes nothing. 1 is serialized mode, on which `Handle` relies.
    if unsafe { ffi::sqlite3_threadsafe() } != 1 {
        return Err(SqliteError::misuse("check for serialized mode"));
    }
    at_exit::keep_openssl();
    capture::register()?;
    no_follow::register()?;
    let mut memory = Connection::establish(
        &crate::uri::memory_uri(&OpenOptions::default())?,
        None,
        PageMac::default(),
    )?;
    // SQLCipher logs to standard error from level WARN on, including key failures; the level applies to the whole
    // process. The next line is this crate's first statement in the process.
    memory.execute_batch("PRAGMA cipher_log_level = NONE")?;
    // VACUUM INTO and ATTACH key their files with the process's default (docs/adr/0011).
    memory.execute_batch("PRAGMA cipher_default_hmac_algorithm = HMAC_SHA256")?;
    Ok(LibraryInfo {
        // SAFETY: a static, NUL-terminated text.
        sqlite_version: unsafe { CStr::from_ptr(ffi::sqlite3_libversion()) }
            .to_string_lossy()
            .into_owned(),
        cipher_version: memory.pragma_text("cipher_version")?,
        compile_options: compile_options(),
    })
}

fn compile_options() -> Vec<String> {
    (0..)
        .map_while(|n| {
            // SAFETY: returns a static text, or null after the last one.
            let option = unsafe { ffi::sqlite3_compileoption_get(n) };
            // SAFETY: not null, NUL-terminated, static.
            (!option.is_null()).then(|| unsafe { CStr::from_ptr(option) }.to_string_lossy().into_owned())
        })
        .collect()
}
