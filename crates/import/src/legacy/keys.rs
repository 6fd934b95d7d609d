//! The keys that a search found.

use super::fernet::FernetKey;

/// Where a key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyOrigin {
    /// The first generation: the salt is a hash of the database's path string.
    FirstGeneration {
        /// The path that was right.
        original_path: String,
        /// It was guessed, not given.
        guessed: bool,
    },
    /// The second generation: the password, the salt file and a count found by search.
    SecondGeneration,
}

/// A key, and what it opens.
#[derive(Debug)]
pub struct FoundKey {
    /// Where it comes from.
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
    /// The bound was met with rows left. They are damaged, or under another password, or the
    /// application counted further.
    BoundMet,
    /// The caller stopped it.
    Cancelled,
}

/// What a search found.
#[derive(Debug)]
pub struct FoundKeys {
    /// The keys, in the order in which they were found.
    pub keys: Vec<FoundKey>,
    /// Rows with a well-formed token that none of the keys opens. The reader lists them.
    pub unopened: u64,
    /// Of those, the rows that were themselves tried at every count to the bound. For the others
    /// it is known only that rows around them were.
    pub tried_to_the_bound: u64,
    /// How it ended.
    pub end: SearchEnd,
    /// The bound of the search.
    pub bound: u64,
}
