//! The end of a removal: what it left is deleted, and the vault closed.

use privatus_store::{Store, StoreError};

use crate::command::vault::closed_after;
use crate::notice::warn;

/// Deletes what removals left, and closes the vault. It is `done` by now: what cannot be deleted yet, the next command that opens the
/// vault deletes. Gives what a person is told of that, who was warned already.
pub(in crate::command) fn finish(store: Store, done: &str) -> Option<String> {
    let swept = store.removals_sweep();
    let left = match swept {
        Ok(_) => None,
        Err(StoreError::DiskFull) => Some(format!("{done}; its messages will go when there is space")),
        Err(error) => Some(format!(
            "{done}; not all messages of removals are deleted yet: {}",
            error.reason()
        )),
    };
    if let Some(left) = &left {
        warn(left);
    }
    closed_after(store, left.is_some());
    left
}
