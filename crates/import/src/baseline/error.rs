//! Why a database was not adopted. In every case no vault was created, and the source is unchanged.

use std::path::PathBuf;

use privatus_domain::counted;
use privatus_sqlite::SqliteError;
use privatus_store::StoreError;

/// The supported format, for messages about unsupported ones.
const FORM: &str = "the supported format is SQLCipher 4 with pages of 4,096 bytes, HMAC-SHA512 or HMAC-SHA256, and no \
    plaintext header";

/// Why a database cannot be adopted, or the vault could not be created.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// The raw key does not open the database.
    #[error(
        "the key does not open {0}: the key is another database's, or the file has another format or a damaged \
         beginning; {FORM}; check the raw key file; nothing was created"
    )]
    Key(PathBuf),
    /// The database does not have the specification's tables, version 1.0.0.
    #[error(
        "{path} does not have the specification's tables of version 1.0.0 ({}){}: {}; change a copy to match and \
         adopt that; nothing was created",
        counted(*.count as u64, "difference", "differences"),
        if *.count == 1 { "" } else { ", the first" },
        differences.first().map(String::as_str).unwrap_or_default()
    )]
    Differs {
        /// The database.
        path: PathBuf,
        /// The differences, at most 100.
        differences: Vec<String>,
        /// The number of differences.
        count: usize,
    },
    /// The database cannot be read.
    #[error("{path} cannot be adopted: {why}; nothing was created")]
    Unreadable {
        /// The database.
        path: PathBuf,
        /// The reason.
        why: String,
    },
    /// The file ends in the middle of a page.
    #[error(
        "{0} cannot be adopted: it ends in the middle of a page, so it was cut off or has another format; {FORM}; \
         nothing was created"
    )]
    HalfPage(PathBuf),
    /// The database belongs to a vault.
    #[error("refused: {0} is already a vault's database; nothing was created")]
    IsVault(PathBuf),
    /// The database is not encrypted.
    #[error(
        "refused: {0} begins as a plain SQLite file: it is not encrypted, or has a plaintext header; {FORM}; nothing \
         was created"
    )]
    NotEncrypted(PathBuf),
    /// There are unmerged changes from another program.
    #[error(
        "refused: next to {path} is its {suffix} file with changes that are not merged yet; close the program that \
         uses it, or open and close it once with SQLCipher, and try again; nothing was created"
    )]
    Unmerged {
        /// The database.
        path: PathBuf,
        /// `-wal` or `-journal`.
        suffix: &'static str,
    },
    /// Another program changed the database during the adoption.
    #[error(
        "refused: {0} changed while it was read; close the program that uses it and try again; nothing was created"
    )]
    Changed(PathBuf),
    /// The database contains keys of another application.
    #[error(
        "refused: key_store has keys of another application ({0}), which this vault cannot unwrap; nothing was created"
    )]
    ForeignKeys(u64),
    /// A vault cannot store one of the values.
    #[error("refused: {place}: {why}; fix it in a copy and adopt that; nothing was created")]
    Row {
        /// Table, row and column.
        place: String,
        /// The problem.
        why: String,
    },
    /// There is no space left for the vault.
    #[error("the disk is full; nothing was created; free some space and adopt the database again")]
    DiskFull,
    /// The caller asked to stop.
    #[error("stopped; nothing was created")]
    Stopped,
    /// The vault cannot be created, or the source cannot be queried.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SqliteError> for BaselineError {
    fn from(error: SqliteError) -> Self {
        Self::Store(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_difference_is_named_as_one() {
        for (count, says) in [
            (1, "of version 1.0.0 (1 difference): no table x; change a copy"),
            (
                2,
                "of version 1.0.0 (2 differences), the first: no table x; change a copy",
            ),
        ] {
            let error = BaselineError::Differs {
                path: "old.db".into(),
                differences: vec!["no table x".into()],
                count,
            };
            let text = error.to_string();
            assert!(text.contains(says), "{text}");
        }
    }
}
