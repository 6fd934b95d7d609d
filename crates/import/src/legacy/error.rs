//! Why a legacy database cannot be read at all.

use std::io;
use std::path::PathBuf;

use privatus_domain::counted;
use privatus_sqlite::{ErrorCode, SqliteError};
use privatus_store::SystemFault;

/// Why nothing, or nothing more, can be read from the source. No message contains a row's value or a secret. Not
/// `#[non_exhaustive]`, for the same reason as [`ImportError`](crate::ImportError).
#[derive(Debug, thiserror::Error)]
pub enum LegacyError {
    /// There is nothing at the path.
    #[error("{path}: no such file or folder; give the application's folder or its privatus_chat.db")]
    NotFound {
        /// The path.
        path: PathBuf,
    },
    /// The folder contains no database, or several of which none has the usual name.
    #[error("{path} contains {}", no_database(*.found))]
    NoDatabase {
        /// The folder.
        path: PathBuf,
        /// How many files end in `.db`.
        found: usize,
    },
    /// The path is a device, a socket or a pipe.
    #[error("{path} is neither a file nor a folder")]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The file is empty.
    #[error("{path} is empty, which the application's database never is; restore it from a backup")]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The file does not begin like an SQLite file.
    #[error(
        "{path} is not an SQLite database; the earlier application's database is a plain SQLite file, \
         usually named privatus_chat.db"
    )]
    NotSqlite {
        /// The file.
        path: PathBuf,
    },
    /// The file is shorter than its header says.
    #[error("{path} is cut off at {size} of {expected} bytes; copy it again")]
    CutOff {
        /// The file.
        path: PathBuf,
        /// Its size in bytes.
        size: u64,
        /// The size according to its header.
        expected: u64,
    },
    /// A journal that names another file: rolling it back reads that file, and may delete it.
    #[error(
        "{path} names another file, as a change to several databases does; the application never makes one, so it is \
         not rolled back: take another copy of the database, or move this file away from a copy"
    )]
    SuperJournal {
        /// The journal.
        path: PathBuf,
    },
    /// An SQLite database without this application's tables.
    #[error("{path} is another program's database: it has no {missing}")]
    OtherSchema {
        /// The file.
        path: PathBuf,
        /// The first missing table or column.
        missing: String,
    },
    /// The salt file has the wrong size.
    #[error(
        "{path} has {}, but a salt has 32; use the file that belongs to this database",
        counted(*.length, "byte", "bytes")
    )]
    SaltLength {
        /// The salt file.
        path: PathBuf,
        /// Its size in bytes.
        length: u64,
    },
    /// There is no salt file, and the first generation's key for a guessed path opened nothing.
    #[error(
        "there is no salt file {salt}. If the application wrote one, put it next to the database: without it no \
         password opens the messages. If this database is of the first version, which had none, give the path \
         that the database had at that time"
    )]
    OriginalPathNeeded {
        /// Where the salt file would be.
        salt: PathBuf,
    },
    /// There is no salt file, and the first generation's key for the given path opens nothing.
    #[error(
        "no row opens with {path} as the original path. It must be exactly the text that the application \
         used: absolute, with the user name of that time. If the database is of a later version, its salt file \
         {salt} is missing: put it next to the database"
    )]
    OriginalPathWrong {
        /// The path that was given.
        path: String,
        /// Where the salt file would be.
        salt: PathBuf,
    },
    /// There is a salt file, but no password was given.
    #[error("the application's password is needed to open the {rows} encrypted rows")]
    PasswordNeeded {
        /// Rows with a well-formed token.
        rows: u64,
    },
    /// The whole search found no key.
    #[error(
        "none of the {rows} encrypted rows opens with any iteration count up to {bound}. Either this is not the \
         password the application had (its bytes must be the same), or the salt file is another database's, or \
         the application used a higher count"
    )]
    NothingOpens {
        /// The search bound.
        bound: u64,
        /// Rows with a well-formed token.
        rows: u64,
    },
    /// The time zone is unknown.
    #[error("unknown time zone {name:?}; give an IANA name such as Europe/Berlin, or UTC")]
    UnknownZone {
        /// The name that was given.
        name: String,
    },
    /// A page is corrupt.
    #[error("{path} is damaged in the table {table}: {code}; take another copy of the file")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// SQLite's error.
        table: &'static str,
        /// What SQLite answered.
        code: ErrorCode,
    },
    /// SQLite failed for another reason than damage.
    #[error("{path} could not be read: {}", words_of(error))]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// SQLite's error.
        error: SqliteError,
    },
    /// The operating system failed to read.
    #[error("{path} could not be read: {}", SystemFault::words(source))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The private copy, which unmerged changes require, could not be made.
    #[error(
        "cannot make a private copy in {folder}, which the unmerged changes next to the database require: {}",
        SystemFault::words(source)
    )]
    Copy {
        /// The folder for temporary files.
        folder: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

/// What a folder contains instead of one database or one with the usual name.
fn no_database(found: usize) -> String {
    match found {
        0 => "no .db file; give the application's folder or the path of its database".into(),
        _ => format!(
            "{found} .db files, none of them named privatus_chat.db; give the path of the database itself"
        ),
    }
}

/// The system's error if there is one, otherwise SQLite's own message.
fn words_of(error: &SqliteError) -> String {
    SystemFault::behind(error).map_or_else(|| error.code.to_string(), |fault| fault.to_string())
}

impl LegacyError {
    /// Converts a failed SQLite call on a table. A system error does not mean that the file is damaged.
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
        // EIO on a read, out of memory, too many open files.
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
