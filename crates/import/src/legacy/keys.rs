//! The result of a key search.

use super::fernet::FernetKey;

/// The origin of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyOrigin {
    /// First generation: the salt is a hash of the database's path.
    FirstGeneration {
        /// The path that worked.
        original_path: String,
        /// Whether it was guessed rather than given.
        guessed: bool,
    },
    /// Second generation: the password, the salt file, and a count found by search.
    SecondGeneration,
}

/// A key and how much it opens.
#[derive(Debug)]
pub struct FoundKey {
    /// Its origin.
    pub origin: KeyOrigin,
    /// Its PBKDF2 iteration count.
    pub iterations: u64,
    /// How many rows it opens.
    pub rows: u64,
    pub(crate) key: FernetKey,
}

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchEnd {
    /// Every row with a well-formed token opens.
    AllOpen,
    /// The bound was reached with rows left. They are damaged, or encrypted under another password or a higher count.
    BoundMet,
    /// The caller stopped the search.
    Cancelled,
}

/// The result of a search.
#[derive(Debug)]
pub struct FoundKeys {
    /// The keys, in the order they were found.
    pub keys: Vec<FoundKey>,
    /// Rows with a well-formed token that none of the keys opens. The reader lists them.
    pub unopened: u64,
    /// How many of those rows were tried at every count up to the bound. The others are only known to be among rows
    /// that were.
    pub tried_to_the_bound: u64,
    /// How it ended.
    pub end: SearchEnd,
    /// The bound of the search.
    pub bound: u64,
}
