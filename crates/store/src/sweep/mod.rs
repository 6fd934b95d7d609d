//! Work that is done a bounded batch at a time, at an open or later.

mod begun;
mod late_messages;
mod removals;

use privatus_domain::limits::CONVERSATIONS_MAX;
pub(crate) use removals::Removal;

use crate::error::StoreError;

/// Refuses the number of a conversation that row keys have no room for: its keys would be another conversation's.
fn check_number(number: i64) -> Result<(), StoreError> {
    if (1..=CONVERSATIONS_MAX).contains(&number) {
        return Ok(());
    }
    Err(StoreError::DatabaseDamaged(format!(
        "a conversation has the impossible number {number}"
    )))
}
