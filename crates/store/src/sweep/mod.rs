//! Work done in bounded batches, when a vault is opened or later.

mod begun;
mod empty_removals;
mod late_messages;
mod pending;
mod removals;

pub(crate) use pending::Removal;
use privatus_domain::limits::CONVERSATIONS_MAX;

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
