//! Writing a batch, and looking whether what the vault has is what the source says.

use privatus_domain::{ConversationId, NewMessage};
use privatus_store::{Inserted, StoreError, WriteTx};

/// Writes a batch; also gives how many messages the vault had with another text or time of edit. They stay as they are.
pub(crate) fn insert(
    tx: &mut WriteTx<'_>,
    conversation: &ConversationId,
    messages: &[NewMessage],
) -> Result<(Inserted, u64), StoreError> {
    let inserted = tx.messages_import(conversation, messages)?;
    let mut differing = 0;
    // A first import knows none, and pays nothing for this.
    if inserted.known > inserted.removed {
        for message in messages {
            match tx.message_by_id(&message.id) {
                Ok(known) => {
                    let other = |text: &str| text != message.body.as_text();
                    let differs = known.body.as_ref().is_some_and(|body| other(body.as_text()))
                        || known.deleted_at.is_none() && known.edited_at != message.edited_at;
                    differing += u64::from(differs);
                }
                // What does not open cannot be compared; `verify` names it, and the rest still comes over.
                Err(StoreError::NotFound(_) | StoreError::DatabaseDamaged(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok((inserted, differing))
}

/// Whether something is not in the vault; that it could not be read does not mean so.
pub(crate) fn is_absent<T>(found: Result<T, StoreError>) -> Result<bool, StoreError> {
    match found {
        Ok(_) => Ok(false),
        Err(StoreError::NotFound(_)) => Ok(true),
        Err(error) => Err(error),
    }
}
