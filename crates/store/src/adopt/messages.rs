//! Messages of a vault that is being made: into their contact's conversation, through the store's own write path.

use privatus_domain::{ContactId, ConversationKind, MessageId, NewMessage, Timestamp, Usage};

use super::rows::RawRows;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::message::Inserted;
use crate::message::insert::Replies;
use crate::message::row::Located;
use crate::tx::WriteTx;

/// A message with the times of its row, where they are known.
#[derive(Debug, Clone)]
pub struct RawMessage {
    /// The message.
    pub message: NewMessage,
    /// When it was taken in; now, where nobody knows.
    pub arrived_at: Option<Timestamp>,
    /// When its row was last changed.
    pub updated_at: Option<Timestamp>,
}

impl RawRows<'_, '_> {
    /// Writes messages of a contact in the order they are given. What they answer is kept as it says.
    ///
    /// # Errors
    /// As [`messages_import`](WriteTx::messages_import).
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
        // A history is nobody's use of today.
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
    /// Notes when the row of a message was last changed.
    fn message_updated(&mut self, id: &MessageId, at: Timestamp) -> Result<(), StoreError> {
        let Located::At(month, key) = self.locate(id)? else {
            return Err(StoreError::Unexpected(
                "a message that was just written is not there".into(),
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
