//! `file:` URIs for SQLite (<https://www.sqlite.org/uri.html>), percent-encoded.

use std::path::Path;

use libsqlite3_sys as ffi;

use crate::error::{ErrorCode, SqliteError};
use crate::no_follow;
use crate::options::{OpenMode, OpenOptions};

/// The URI that makes diesel, which opens everything with CREATE, open `path` according to `options`.
///
/// Refuses an empty path (SQLite would open a temporary database), a NUL (SQLite would cut the name there), and a path
/// that is not UTF-8 (diesel takes the URI as `&str`).
pub(crate) fn file_uri(path: &Path, options: &OpenOptions<'_>) -> Result<String, SqliteError> {
    let refuse = |operation| SqliteError {
        code: ErrorCode::CantOpen,
        operation,
        os_error: None,
    };
    let name = path
        .to_str()
        .ok_or_else(|| refuse("open: the path is not valid UTF-8"))?;
    if name.is_empty() {
        return Err(refuse("open: the path is empty"));
    }
    let mut uri = String::from("file:");
    if cfg!(windows) {
        if path.has_root() || path.is_absolute() {
            uri.push_str("///");
        }
        encode(&name.replace('\\', "/"), &mut uri)?;
    } else {
        // Without `//`, a path that begins with two slashes would be read as a host name; without `./`, the name
        // `:memory:` would not be a file.
        uri.push_str(if path.is_absolute() { "//" } else { "./" });
        encode(name, &mut uri)?;
    }
    uri.push_str(match options.mode {
        OpenMode::Create => "?mode=rwc",
        OpenMode::ReadWrite => "?mode=rw",
        OpenMode::ReadOnly => "?mode=ro",
        OpenMode::ReadOnlyImmutable => "?mode=ro&immutable=1",
    });
    let refusing = options.refuses_links.then_some(no_follow::NAME);
    push_vfs(options.vfs.or(refusing), &mut uri)?;
    Ok(uri)
}

/// The URI of a private database in memory.
pub(crate) fn memory_uri(options: &OpenOptions<'_>) -> Result<String, SqliteError> {
    let mut uri = String::from("file::memory:?mode=memory");
    push_vfs(options.vfs, &mut uri)?;
    Ok(uri)
}

fn push_vfs(vfs: Option<&str>, uri: &mut String) -> Result<(), SqliteError> {
    if let Some(vfs) = vfs {
        uri.push_str("&vfs=");
        encode(vfs, uri)?;
    }
    Ok(())
}

fn encode(text: &str, uri: &mut String) -> Result<(), SqliteError> {
    for byte in text.bytes() {
        match byte {
            0 => {
                return Err(SqliteError::new(
                    "open: the path contains a NUL",
                    ffi::SQLITE_CANTOPEN,
                ));
            }
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(byte.into())
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(())
}
