//! The end of a removal: deletes the rest of the removed messages and closes the vault.

use privatus_store::{Store, StoreError};

use crate::command::vault::closed_after;
use crate::notice::warn;

/// Deletes what removals left, and closes the vault. The removal itself is done by now; what cannot be deleted yet is deleted by
/// the next command that opens the vault. Returns the warning about that, which has already been printed.
pub(in crate::command) fn finish(store: Store, done: &str) -> Option<String> {
    let swept = store.removals_sweep();
    let left = match swept {
        Ok(_) => None,
        Err(StoreError::DiskFull) => Some(format!(
            "{done}; its messages will be deleted when there is space"
        )),
        Err(error) => Some(format!(
            "{done}; not all removed messages are deleted yet: {}",
            error.reason()
        )),
    };
    if let Some(left) = &left {
        warn(left);
    }
    closed_after(store, left.is_some());
    left
}
