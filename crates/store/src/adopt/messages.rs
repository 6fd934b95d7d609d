//! Writes messages into a vault that is being created: into their contact's conversation, through the store's usual
//! write path.

use privatus_domain::{ContactId, ConversationKind, MessageId, NewMessage, Timestamp, Usage};

use super::rows::RawRows;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::message::Inserted;
use crate::message::insert::Replies;
use crate::message::row::Located;
use crate::tx::WriteTx;

/// A message with the times of its row, if they are known.
#[derive(Debug, Clone)]
pub struct RawMessage {
    /// The message.
    pub message: NewMessage,
    /// When the message arrived; `None` means now.
    pub arrived_at: Option<Timestamp>,
    /// When the row was last changed.
    pub updated_at: Option<Timestamp>,
}

impl RawRows<'_, '_> {
    /// Writes messages of a contact in the given order. A message may reply to one that does not exist.
    ///
    /// # Errors
    /// Those of [`messages_import`](WriteTx::messages_import).
    pub fn messages_insert<'m>(
        &mut self,
        contact: &ContactId,
        messages: impl Iterator<Item = &'m RawMessage> + Clone,
    ) -> Result<Inserted, StoreError> {
        let now = self.tx.now();
        let contact = contact.to_string();
        let conversation = self
            .tx
            .conversation_ensure(ConversationKind::Direct, &contact, &contact)?;
        let arrived = messages
            .clone()
            .map(|raw| (&raw.message, raw.arrived_at.unwrap_or(now)));
        let inserted = self
            .tx
            .conversation_insert(&conversation, arrived, Replies::Anywhere)?;
        // An imported history does not count as use of the vault today.
        self.tx.usage = Usage::default();
        for raw in messages {
            if let Some(at) = raw.updated_at {
                self.tx.message_updated(&raw.message.id, at)?;
            }
        }
        Ok(inserted)
    }
}

impl WriteTx<'_> {
    /// Records when a message's row was last changed.
    fn message_updated(&mut self, id: &MessageId, at: Timestamp) -> Result<(), StoreError> {
        let Located::At(month, key) = self.locate(id)? else {
            return Err(StoreError::Unexpected(
                "a message that was just written does not exist".into(),
            ));
        };
        let sql = Sql::new(format!(
            "UPDATE {} SET updated_at = ? WHERE row_key = ?",
            month.table
        ));
        self.db
            .run_one(sql.bind(at.unix_ms()).bind(key), "note a message's change")
    }
}
