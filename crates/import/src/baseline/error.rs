//! Why a database was not adopted. Whatever it is, nothing was made, and the source is as it was.

use std::path::PathBuf;

use privatus_sqlite::SqliteError;
use privatus_store::StoreError;

/// What is opened, for the texts about what is not.
const FORM: &str = "what is taken is SQLCipher 4: pages of 4,096 bytes with HMAC-SHA512 or HMAC-SHA256, and no plaintext header";

/// A database that was to become a vault is none that can, or the vault was not made.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// The raw key is not the database's.
    #[error(
        "the key does not open {0}: it is another database's, or the file is of another form or damaged at its beginning; \
         {FORM}; check the raw key file; nothing was made"
    )]
    Key(PathBuf),
    /// It has not the tables of the specification's version 1.0.0.
    #[error(
        "{path} does not have the specification's tables of version 1.0.0: {count} differences, the first: {}; bring a copy to \
         that form and adopt it; nothing was made",
        differences.first().map(String::as_str).unwrap_or_default()
    )]
    Differs {
        /// The database.
        path: PathBuf,
        /// What differs, at most 100 of them.
        differences: Vec<String>,
        /// How many differences there are.
        count: usize,
    },
    /// It cannot be read.
    #[error("{path} cannot be adopted: {why}; nothing was made")]
    Unreadable {
        /// The database.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// It ends in the middle of a page.
    #[error(
        "{0} cannot be adopted: it ends in the middle of a page: it was cut off or is of another form; {FORM}; nothing was made"
    )]
    HalfPage(PathBuf),
    /// It is a vault's.
    #[error("refused: {0} is a vault's database already; nothing was made")]
    IsVault(PathBuf),
    /// It is not encrypted.
    #[error(
        "refused: {0} begins as a plain SQLite file: it is not encrypted, or has a plaintext header; {FORM}; nothing was made"
    )]
    NotEncrypted(PathBuf),
    /// Another program has not merged its changes.
    #[error(
        "refused: beside {path} stands its {suffix} file with changes that are not in it yet; close the program that uses \
         it, or open and close it once with SQLCipher, and try again; nothing was made"
    )]
    Unmerged {
        /// The database.
        path: PathBuf,
        /// `-wal` or `-journal`.
        suffix: &'static str,
    },
    /// Another program changed it meanwhile.
    #[error(
        "refused: {0} changed while it was read; close the program that uses it and try again; nothing was made"
    )]
    Changed(PathBuf),
    /// It holds keys of another application.
    #[error(
        "refused: key_store has {0} keys of another application, which nobody here can unwrap; nothing was made"
    )]
    ForeignKeys(u64),
    /// A vault cannot hold a value of it.
    #[error("refused: {place}: {why}; mend it in a copy and adopt that; nothing was made")]
    Row {
        /// Table, row and column.
        place: String,
        /// What is wrong with it.
        why: String,
    },
    /// No space is left for the vault.
    #[error("the disk is full; nothing was made; make space and adopt the database again")]
    DiskFull,
    /// The caller asked to stop.
    #[error("stopped; nothing was made")]
    Stopped,
    /// The vault cannot be made, or the source could not be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SqliteError> for BaselineError {
    fn from(error: SqliteError) -> Self {
        Self::Store(error.into())
    }
}
