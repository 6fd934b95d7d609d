//! What somebody with the database key can plant, and what the store then says: each of these ended otherwise before.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods // the files of a vault that is closed
)]

mod acts;
mod books;
mod events;
mod gate;
mod key_rows;
mod keys;
mod leaps;
mod ledger;
mod loops;
mod swallowed;
mod tables;
mod values;
mod writes;

use crate::StoreError;
use crate::testing::Vault;

/// Rows without an end.
const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";

/// The body of a trigger that swallows what sets it off.
const IGNORED: &str = "SELECT RAISE(IGNORE)";

/// Whether it is told as damage, with these words.
fn is_damage<T: std::fmt::Debug>(result: &Result<T, StoreError>, words: &str) -> bool {
    matches!(result, Err(StoreError::DatabaseDamaged(why)) if why.contains(words))
}

/// A vault with a message of alice's.
fn vault() -> Vault {
    let vault = Vault::new();
    vault.receive(&[("one", "2025-06-01T00:00:00Z")]);
    vault
}
