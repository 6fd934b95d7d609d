//! Why a legacy database cannot be read at all.

use std::io;
use std::path::PathBuf;

use privatus_sqlite::{ErrorCode, SqliteError};
use privatus_store::SystemFault;

/// Why nothing, or nothing more, comes from the source. No text holds a value of a row or a secret.
/// Not `#[non_exhaustive]`, as [`ImportError`](crate::ImportError).
#[derive(Debug, thiserror::Error)]
pub enum LegacyError {
    /// Nothing stands at the path.
    #[error("{path}: no such file or folder; give the application's folder or its privatus_chat.db")]
    NotFound {
        /// The path.
        path: PathBuf,
    },
    /// The folder holds no database, or several of which none has the usual name.
    #[error("{path}: holds {found} .db files and no privatus_chat.db; give the path of the database itself")]
    NoDatabase {
        /// The folder.
        path: PathBuf,
        /// How many files end in `.db`.
        found: usize,
    },
    /// A device, a socket, a pipe.
    #[error("{path}: is neither a file nor a folder")]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// A file of no bytes.
    #[error("{path}: is empty; the application's database never is, so take it from a backup")]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The file does not begin as SQLite files do.
    #[error(
        "{path}: is not an SQLite database; the earlier application's database is a plain SQLite file, \
         usually named privatus_chat.db"
    )]
    NotSqlite {
        /// The file.
        path: PathBuf,
    },
    /// The file is shorter than it says itself.
    #[error("{path}: is cut off: {size} bytes are there and {expected} belong to it; copy it again")]
    CutOff {
        /// The file.
        path: PathBuf,
        /// Its size in bytes.
        size: u64,
        /// The size its header gives.
        expected: u64,
    },
    /// A journal that names another file: whoever rolls it back reads that file, and may delete it.
    #[error(
        "{path}: names another file, as a change over several databases does; the application never makes one, so it is \
         not rolled back: take another copy of the database, or move this file away from a copy"
    )]
    SuperJournal {
        /// The journal.
        path: PathBuf,
    },
    /// SQLite, but not this application's tables.
    #[error("{path}: is another program's database: it has no {missing}")]
    OtherSchema {
        /// The file.
        path: PathBuf,
        /// The first thing missed.
        missing: String,
    },
    /// The salt file has another size.
    #[error("{path}: holds {length} bytes, and a salt has 32; take the file that belongs to this database")]
    SaltLength {
        /// The salt file.
        path: PathBuf,
        /// Its size in bytes.
        length: u64,
    },
    /// No salt file, and the first generation's key did not open anything with a guessed path.
    #[error(
        "there is no salt file {salt}. If the application wrote one, put it beside the database: without it no \
         password opens the messages. If this database is of the first version, which had none, give the path \
         that the database had then"
    )]
    OriginalPathNeeded {
        /// Where the salt file would be.
        salt: PathBuf,
    },
    /// No salt file, and the first generation's key does not open anything with the path given.
    #[error(
        "no row opens with {path} as the original path. It must be the text the application itself used, letter \
         by letter: absolute, with the user's name of then. If the database is of a later version, its salt file \
         {salt} is missing: put it beside the database"
    )]
    OriginalPathWrong {
        /// The path given.
        path: String,
        /// Where the salt file would be.
        salt: PathBuf,
    },
    /// A salt file is there, and no password was given.
    #[error("the application's password is needed to open the {rows} encrypted rows")]
    PasswordNeeded {
        /// Rows with a well-formed token.
        rows: u64,
    },
    /// The whole search found nothing.
    #[error(
        "none of the {rows} encrypted rows opens with any iteration count up to {bound}. Either this is not the \
         password the application had (its bytes must be the same), or the salt file is another database's, or \
         the application counted further"
    )]
    NothingOpens {
        /// The bound that was met.
        bound: u64,
        /// Rows with a well-formed token.
        rows: u64,
    },
    /// The zone is not in the tables.
    #[error("{name:?} is no time zone of the IANA database; a name is like Europe/Berlin, or UTC")]
    UnknownZone {
        /// What was given.
        name: String,
    },
    /// A page does not hold what it must.
    #[error("{path}: is damaged in the table {table}: {code}; take another copy of the file")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The table being read.
        table: &'static str,
        /// What SQLite answered.
        code: ErrorCode,
    },
    /// SQLite failed for a reason that is not damage.
    #[error("{path}: could not be read: {}", words_of(error))]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite answered.
        error: SqliteError,
    },
    /// The operating system failed a read.
    #[error("{path}: could not be read: {}", SystemFault::words(source))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// The private copy that an unmerged WAL makes necessary failed.
    #[error(
        "a private copy (the database has unmerged changes beside it) could not be made in {folder}: {}",
        SystemFault::words(source)
    )]
    Copy {
        /// The folder for temporary files.
        folder: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
}

/// What the system failed, where it did; else SQLite's own words.
fn words_of(error: &SqliteError) -> String {
    SystemFault::behind(error).map_or_else(|| error.code.to_string(), |fault| fault.to_string())
}

impl LegacyError {
    /// A failed call of SQLite's on a table. What the system fails is no damage of the file.
    pub(super) fn of_sqlite(path: PathBuf, table: &'static str, error: SqliteError) -> Self {
        match error.code {
            code if code.is_damage() => Self::Damaged { path, table, code },
            _ => Self::Sqlite { path, error },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_fails_is_no_damage_of_the_file() {
        // EIO on a read, no memory, too many files.
        for (code, os_error, says) in [
            (8_458, None, "the disk fails to read"),
            (266, Some(5), "the disk fails to read"),
            (7, None, "no memory"),
            (14, Some(24), "too many files"),
        ] {
            let error = SqliteError {
                code: ErrorCode::from_raw(code),
                operation: "run a query",
                os_error,
            };
            let told = LegacyError::of_sqlite("x.db".into(), "messages", error).to_string();
            assert!(told.contains(says) && !told.contains("damaged"), "{told}");
        }
        let bad = SqliteError {
            code: ErrorCode::from_raw(11),
            operation: "run a query",
            os_error: None,
        };
        let told = LegacyError::of_sqlite("x.db".into(), "messages", bad).to_string();
        assert!(told.contains("damaged in the table messages"), "{told}");
    }
}
