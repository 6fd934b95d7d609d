//! A row of a month, and the message it becomes.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};
use privatus_domain::{
    ConversationId, Direction, Message, MessageId, Partition, ReplyState, Sender, Timestamp,
};

use crate::catalogue::Month;
use crate::error::StoreError;
use crate::sender::{SenderRow, SenderSql, sender_from};
use crate::sql::{IdColumn, Sql};
use crate::tx::ReadTx;

/// Columns in the order of `catalogue::COLUMNS`.
pub(crate) type Row = (
    i64,
    IdColumn,
    Option<i64>,
    Vec<u8>,
    bool,
    bool,
    bool,
    bool,
    i64,
    Option<i64>,
    Option<i64>,
    Option<IdColumn>,
    i64,
);
pub(crate) type RowSql = (
    BigInt,
    Binary,
    Nullable<BigInt>,
    Binary,
    Bool,
    Bool,
    Bool,
    Bool,
    BigInt,
    Nullable<BigInt>,
    Nullable<BigInt>,
    Nullable<Binary>,
    BigInt,
);

/// Where the register says a message is.
#[derive(Debug, Clone)]
pub(crate) enum Located {
    /// Never seen.
    Absent,
    /// Seen and removed: only the id is kept.
    Removed,
    /// In this month, under this key.
    At(Arc<Month>, i64),
}

impl ReadTx<'_> {
    /// Looks an id up in the register.
    pub(crate) fn locate(&mut self, id: &MessageId) -> Result<Located, StoreError> {
        let key = self.lookup_key(id);
        let sql = Sql::<(Nullable<BigInt>, Nullable<BigInt>)>::new(
            "SELECT partition, row_key FROM message_locator WHERE message_id = ?",
        );
        let row: Option<(Option<i64>, Option<i64>)> =
            self.link.row(sql.bind(key.as_slice()), "find a message")?;
        match row {
            None => Ok(Located::Absent),
            Some((Some(partition), Some(row_key))) => {
                let partition = i32::try_from(partition).ok().and_then(Partition::from_number);
                let month = partition
                    .and_then(|partition| self.months.get(&partition))
                    .cloned();
                let month = month.ok_or_else(|| {
                    StoreError::DatabaseDamaged(format!(
                        "message {id} is said to be in a month that is not there"
                    ))
                })?;
                Ok(Located::At(month, row_key))
            }
            Some(_) => Ok(Located::Removed),
        }
    }

    /// A message by its id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the vault never had it, or removed it.
    pub fn message_by_id(&mut self, id: &MessageId) -> Result<Message, StoreError> {
        let absent = || StoreError::NotFound(format!("message {id}"));
        let Located::At(month, row_key) = self.locate(id)? else {
            return Err(absent());
        };
        let sql = Sql::<(RowSql, Nullable<Text>, SenderSql)>::new(month.whole_by_key.as_str());
        let row: Option<(Row, Option<String>, SenderRow)> =
            self.link.row(sql.bind(row_key), "read a message")?;
        let (row, conversation, sender) =
            row.filter(|(row, ..)| row.1.0 == *id.as_id()).ok_or_else(|| {
                StoreError::DatabaseDamaged(format!("the register points message {id} at another row"))
            })?;
        let conversation = conversation.ok_or_else(absent)?.parse()?;
        let mut senders = HashMap::new();
        if let Some(number) = row.2 {
            senders.insert(number, sender_from(Some(sender))?);
        }
        self.message_from(row, &conversation, &mut senders)
    }

    /// What the vault knows of a message that another one answers.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn reply_state(&mut self, id: &MessageId) -> Result<ReplyState, StoreError> {
        match self.locate(id)? {
            Located::Absent => Ok(ReplyState::Absent),
            Located::Removed => Ok(ReplyState::Deleted),
            Located::At(month, row_key) => {
                let sql = Sql::<Bool>::new(format!(
                    "SELECT is_deleted FROM {} WHERE row_key = ?",
                    month.table
                ));
                let deleted: Option<bool> = self.link.row(sql.bind(row_key), "read a message")?;
                Ok(if deleted.unwrap_or(true) {
                    ReplyState::Deleted
                } else {
                    ReplyState::Present
                })
            }
        }
    }

    pub(crate) fn message_from(
        &mut self,
        row: Row,
        conversation: &ConversationId,
        senders: &mut HashMap<i64, Sender>,
    ) -> Result<Message, StoreError> {
        self.message_decode(row, conversation, senders)
            .map_err(StoreError::of_stored)
    }

    fn message_decode(
        &mut self,
        row: Row,
        conversation: &ConversationId,
        senders: &mut HashMap<i64, Sender>,
    ) -> Result<Message, StoreError> {
        let (
            _,
            id,
            sender,
            content,
            is_outgoing,
            was_encrypted,
            is_read,
            is_deleted,
            at,
            edited,
            deleted,
            reply,
            arrived,
        ) = row;
        let time = Timestamp::from_unix_ms;
        let body = if is_deleted {
            None
        } else {
            Some(self.body_open(&id.0, &content)?)
        };
        let sender = match sender {
            _ if is_outgoing => None,
            None => Some(Sender::Unknown),
            Some(number) => Some(self.sender(number, senders)?),
        };
        Ok(Message {
            id: MessageId::new(id.0),
            conversation: conversation.clone(),
            direction: if is_outgoing {
                Direction::Out
            } else {
                Direction::In
            },
            sender,
            body,
            at: time(at)?,
            edited_at: edited.map(time).transpose()?,
            deleted_at: deleted.map(time).transpose()?,
            reply_to: reply.map(|id| MessageId::new(id.0)),
            arrived_at: time(arrived)?,
            was_encrypted,
            is_read,
        })
    }
}
