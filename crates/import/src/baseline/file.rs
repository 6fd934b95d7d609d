//! The file of a source: checked from outside, then opened with its key.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use privatus_sqlite::{Connection, ErrorCode, OpenMode, OpenOptions, PageMac};
use privatus_store::{StoreError, SystemFault, is_in_open_vault};

use super::error::BaselineError;
use super::key::SourceKey;

/// SQLCipher 4's page size in bytes.
const PAGE: u64 = 4096;

pub(super) const DAMAGED: &str = "a page of it is damaged or cut off";

/// Size and modification time, to detect a change of the file.
pub(super) type Stamp = (u64, Option<SystemTime>);

pub(super) fn unreadable(path: &Path, why: &str) -> BaselineError {
    BaselineError::Unreadable {
        path: path.to_owned(),
        why: why.to_owned(),
    }
}

fn failed(path: &Path, error: &std::io::Error) -> BaselineError {
    match error.kind() {
        ErrorKind::PermissionDenied => {
            StoreError::Denied(format!("{} cannot be read", path.display())).into()
        }
        ErrorKind::NotFound | ErrorKind::NotADirectory => unreadable(path, "it does not exist"),
        _ => match SystemFault::of(error) {
            Some(fault) => StoreError::System {
                doing: format!("read {}", path.display()),
                fault,
            }
            .into(),
            None => unreadable(path, &SystemFault::words(error)),
        },
    }
}

/// Resolves a path to the file itself: SQLite keeps `-wal` and `-journal` next to the file, not next to a link to it.
pub(super) fn behind(path: &Path) -> Result<PathBuf, BaselineError> {
    let real = path.canonicalize().map_err(|error| failed(path, &error))?;
    if !cfg!(windows) {
        return Ok(real);
    }
    // SQLite's URIs have no syntax for the prefix that Windows adds.
    let Some(text) = real.to_str() else {
        return Ok(real);
    };
    Ok(
        match (text.strip_prefix(r"\\?\UNC\"), text.strip_prefix(r"\\?\")) {
            (Some(share), _) => format!(r"\\{share}").into(),
            (None, Some(plain)) => plain.into(),
            (None, None) => real,
        },
    )
}

/// Checks a file from outside: it belongs to no vault open in this process, exists, has whole pages, is encrypted, and
/// has no unmerged changes next to it. `path` is used in messages.
pub(super) fn look(file: &Path, path: &Path) -> Result<Stamp, BaselineError> {
    // Must come before the file is opened: closing a file drops the locks that the store holds on it.
    if is_in_open_vault(file) {
        return Err(BaselineError::IsVault(path.to_owned()));
    }
    let failed = |error: std::io::Error| failed(path, &error);
    let metadata = std::fs::metadata(file).map_err(failed)?;
    if !metadata.is_file() {
        return Err(unreadable(path, "it is not a file; name the database itself"));
    }
    let mut head = Vec::with_capacity(16);
    File::open(file)
        .and_then(|open| open.take(16).read_to_end(&mut head))
        .map_err(failed)?;
    if head.is_empty() {
        return Err(unreadable(path, "it is empty"));
    }
    if head == b"SQLite format 3\0" {
        return Err(BaselineError::NotEncrypted(path.to_owned()));
    }
    if metadata.len() % PAGE != 0 {
        return Err(BaselineError::HalfPage(path.to_owned()));
    }
    for suffix in ["-wal", "-journal"] {
        let mut beside = file.as_os_str().to_owned();
        beside.push(suffix);
        if std::fs::metadata(&beside).is_ok_and(|metadata| metadata.len() > 0) {
            let path = path.to_owned();
            return Err(BaselineError::Unmerged { path, suffix });
        }
    }
    Ok((metadata.len(), metadata.modified().ok()))
}

/// Opens the file with SQLCipher 4's default settings, then with those of our own files.
pub(super) fn connect(file: &Path, path: &Path, key: &SourceKey) -> Result<Connection, BaselineError> {
    for mac in [PageMac::Sha512, PageMac::Sha256] {
        // Opened without locks and without files next to it; `SourceDatabase::check_unchanged` makes up for the locks.
        let options = OpenOptions::new(OpenMode::ReadOnlyImmutable)
            .with_key(key.raw())
            .with_page_mac(mac);
        let mut connection = Connection::open(file, &options)?;
        connection.execute_batch("PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY")?;
        match connection.pragma_i64("schema_version") {
            Ok(_) => return Ok(connection),
            Err(error) if error.code == ErrorCode::NotADatabase => {}
            Err(error) if error.code.is_damage() => {
                return Err(unreadable(path, DAMAGED));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(BaselineError::Key(path.to_owned()))
}
