//! Work done in bounded batches, when a vault is opened or later.

mod begun;
mod late_messages;
mod removals;

use privatus_domain::limits::CONVERSATIONS_MAX;
pub(crate) use removals::Removal;

use crate::error::StoreError;

/// Refuses a conversation number that is too large for row keys: its keys would belong to another conversation.
fn check_number(number: i64) -> Result<(), StoreError> {
    if (1..=CONVERSATIONS_MAX).contains(&number) {
        return Ok(());
    }
    Err(StoreError::DatabaseDamaged(format!(
        "a conversation has the impossible number {number}"
    )))
}
