//! A row of a month's table, and the message read from it.

use std::collections::HashMap;
use std::sync::Arc;

use privatus_domain::{
    ConversationId, Direction, Id, IdError, Message, MessageId, Partition, Permission, ReplyState, Sender,
    Timestamp,
};

use crate::db::decode::{FromRow, WrongType};
use crate::db::hot;
use crate::db::statement::Sql;
use crate::error::{Missing, StoreError};
use crate::message::sender::{SenderRow, sender_from};
use crate::partition::row_key;
use crate::partition::table::PartitionTable;
use crate::tx::ReadTx;

/// A row of a month's table, in the order of `hot::ROW_COLUMNS`.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) row_key: i64,
    pub(crate) id: Id,
    pub(crate) sender: Option<i64>,
    /// The envelope; empty once the message is deleted.
    pub(crate) content: Vec<u8>,
    pub(crate) is_outgoing: bool,
    pub(crate) was_encrypted: bool,
    pub(crate) is_read: bool,
    pub(crate) is_deleted: bool,
    /// This time and those below are in milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) edited_at: Option<i64>,
    pub(crate) deleted_at: Option<i64>,
    pub(crate) reply_to: Option<Id>,
    pub(crate) arrived_at: i64,
}

impl FromRow for Row {
    fn from_row(row: &privatus_sqlite::Row<'_>, next: &mut i32) -> Result<Self, WrongType> {
        Ok(Self {
            row_key: FromRow::from_row(row, next)?,
            id: FromRow::from_row(row, next)?,
            sender: FromRow::from_row(row, next)?,
            content: FromRow::from_row(row, next)?,
            is_outgoing: FromRow::from_row(row, next)?,
            was_encrypted: FromRow::from_row(row, next)?,
            is_read: FromRow::from_row(row, next)?,
            is_deleted: FromRow::from_row(row, next)?,
            at: FromRow::from_row(row, next)?,
            edited_at: FromRow::from_row(row, next)?,
            deleted_at: FromRow::from_row(row, next)?,
            reply_to: FromRow::from_row(row, next)?,
            arrived_at: FromRow::from_row(row, next)?,
        })
    }
}

/// Where a message is, according to the register.
#[derive(Debug, Clone)]
pub(crate) enum Located {
    /// Never seen.
    Absent,
    /// Seen and removed; only the id is stored.
    Removed,
    /// In this month, under this row key.
    At(Arc<PartitionTable>, i64),
}

impl ReadTx<'_> {
    /// Looks up an id in the register.
    pub(crate) fn locate(&mut self, id: &MessageId) -> Result<Located, StoreError> {
        let key = self.lookup_key(id);
        let sql = Sql::new(hot::LOCATOR_FIND);
        let row: Option<(Option<i64>, Option<i64>)> =
            self.db.row(sql.bind(key.as_slice()), "find a message")?;
        match row {
            None => Ok(Located::Absent),
            Some((Some(partition), Some(row_key))) => {
                let partition = i32::try_from(partition).ok().and_then(Partition::from_number);
                let month = partition
                    .and_then(|partition| self.partitions.get(&partition))
                    .cloned();
                let month = month.ok_or_else(|| {
                    StoreError::DatabaseDamaged(format!(
                        "the register has message {id} in a month that does not exist"
                    ))
                })?;
                Ok(Located::At(month, row_key))
            }
            Some(_) => Ok(Located::Removed),
        }
    }

    /// Returns whether a row is still visible; it may only be waiting for deletion with its conversation.
    pub(crate) fn is_shown(&mut self, row_key: i64) -> Result<bool, StoreError> {
        let sql = Sql::new(hot::CONVERSATION_IS_SHOWN);
        let number = row_key::conversation(row_key);
        let shown: Option<i32> = self.db.row(sql.bind(number), "find a conversation")?;
        Ok(shown.is_some())
    }

    /// Returns a message by its id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the vault never had it or removed it; [`StoreError::AccessDenied`] if the user has
    /// no grant on its conversation.
    pub fn message_by_id(&mut self, id: &MessageId) -> Result<Message, StoreError> {
        let absent = || Missing::Message(id.clone());
        let Located::At(month, row_key) = self.locate(id)? else {
            return Err(absent().into());
        };
        let sql = Sql::new(month.whole_by_key.as_str());
        let row: Option<(Row, Option<String>, SenderRow)> =
            self.db.row(sql.bind(row_key), "read a message")?;
        let (row, conversation, sender) = row.filter(|(row, ..)| row.id == *id.as_id()).ok_or_else(|| {
            StoreError::DatabaseDamaged(format!(
                "the register's entry for message {id} points to another message's row"
            ))
        })?;
        let of_row = |error: StoreError| error.of_row(&format!("message {id}"));
        let conversation = conversation.ok_or_else(absent)?.parse();
        let conversation = conversation.map_err(|error: IdError| of_row(error.into()))?;
        self.permit_conversation(&conversation, Permission::Read)?;
        let mut senders = HashMap::new();
        if let Some(number) = row.sender {
            senders.insert(number, sender_from(Some(sender)).map_err(of_row)?);
        }
        self.message_from(month.partition, row, &conversation, &mut senders)
    }

    /// Returns what the vault knows about a message that another one replies to. If the user may not read its
    /// conversation, it is reported as absent.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn reply_state(&mut self, id: &MessageId) -> Result<ReplyState, StoreError> {
        match self.locate(id)? {
            Located::Absent => Ok(ReplyState::Absent),
            Located::Removed => Ok(ReplyState::Deleted),
            Located::At(_, row_key) if !self.is_shown(row_key)? => Ok(ReplyState::Deleted),
            Located::At(month, row_key) => {
                if self.user.is_some() && !self.may_read_row(row_key)? {
                    return Ok(ReplyState::Absent);
                }
                let sql = Sql::new(month.with_table(hot::ROW_IS_DELETED));
                let deleted: Option<bool> = self.db.row(sql.bind(row_key), "read a message")?;
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
        partition: Partition,
        row: Row,
        conversation: &ConversationId,
        senders: &mut HashMap<i64, Sender>,
    ) -> Result<Message, StoreError> {
        let id = row.id.clone();
        self.message_decode(partition, row, conversation, senders)
            .map_err(|error| error.of_row(&format!("message {id}")))
    }

    fn message_decode(
        &mut self,
        partition: Partition,
        row: Row,
        conversation: &ConversationId,
        senders: &mut HashMap<i64, Sender>,
    ) -> Result<Message, StoreError> {
        let time = Timestamp::from_unix_ms;
        let body = if row.is_deleted {
            None
        } else {
            Some(self.body_open(partition, &row.id, &row.content)?)
        };
        let sender = match row.sender {
            _ if row.is_outgoing => None,
            None => Some(Sender::Unknown),
            Some(number) => Some(self.sender(number, senders)?),
        };
        Ok(Message {
            id: MessageId::new(row.id),
            conversation: conversation.clone(),
            direction: if row.is_outgoing {
                Direction::Out
            } else {
                Direction::In
            },
            sender,
            body,
            at: time(row.at)?,
            edited_at: row.edited_at.map(time).transpose()?,
            deleted_at: row.deleted_at.map(time).transpose()?,
            reply_to: row.reply_to.map(MessageId::new),
            arrived_at: time(row.arrived_at)?,
            was_encrypted: row.was_encrypted,
            is_read: row.is_read,
        })
    }
}
