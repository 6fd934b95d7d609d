//! Conversations: the chat list in one indexed read, and the counters kept with every message.

use privatus_domain::limits::CONVERSATIONS_MAX;
use privatus_domain::{
    ContactError, Conversation, ConversationId, ConversationKind, Id, MessageId, Partition, Permission,
    Resource, ResourceKind, Timestamp,
};

use crate::db::hot;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::{ReadTx, WriteTx};

type Row = (
    String,
    String,
    Option<String>,
    i64,
    i64,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    bool,
    Option<String>,
    Option<String>,
);

/// A conversation as the write and read paths need it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConversationRef {
    pub(crate) number: i64,
    pub(crate) last_partition: Option<i64>,
}

impl ReadTx<'_> {
    /// The newest `limit` conversations by their last message. Those without messages come last.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn conversations(&mut self, limit: usize) -> Result<Vec<Conversation>, StoreError> {
        // A vault holds no more: a limit above it leaves nothing out.
        let most = i64::try_from(limit).map_or(CONVERSATIONS_MAX, |limit| limit.min(CONVERSATIONS_MAX));
        // What a user may not read is left out before the list is cut.
        let most = if self.user.is_some() {
            CONVERSATIONS_MAX
        } else {
            most
        };
        let sql = Sql::new(hot::CONVERSATIONS_NEWEST.replace("{limit}", &most.to_string()));
        let mut rows: Vec<Row> = self.db.rows(sql, "list the conversations")?;
        if self.user.is_some() {
            rows = self.readable(rows, limit)?;
        }
        rows.into_iter().map(|row| self.conversation_from(row)).collect()
    }

    /// The first `limit` of them that the user may read.
    fn readable(&mut self, rows: Vec<Row>, limit: usize) -> Result<Vec<Row>, StoreError> {
        let mut readable = Vec::new();
        for row in rows {
            let on = Resource::of(ResourceKind::Conversation, &row.0);
            if readable.len() < limit && self.may(&on, Permission::Read)? {
                readable.push(row);
            }
        }
        Ok(readable)
    }

    /// A conversation by its id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::AccessDenied`] to a user without a grant.
    pub fn conversation_by_id(&mut self, id: &ConversationId) -> Result<Conversation, StoreError> {
        self.permit_conversation(id, Permission::Read)?;
        let text = id.to_string();
        let sql = Sql::new(hot::CONVERSATION_BY_ID);
        let row = self.db.row(sql.bind(text.as_str()), "find a conversation")?;
        self.conversation_from(row.ok_or_else(|| StoreError::NotFound(format!("conversation {id}")))?)
    }

    fn conversation_from(&mut self, row: Row) -> Result<Conversation, StoreError> {
        self.conversation_decode(row).map_err(StoreError::of_stored)
    }

    fn conversation_decode(&mut self, row: Row) -> Result<Conversation, StoreError> {
        let (id, kind, title, messages, unread, last_at, partition, row_key, is_pinned, peer, muted) = row;
        let kind = if kind == "group" {
            ConversationKind::Group
        } else {
            ConversationKind::Direct
        };
        let partition = partition.and_then(|number| Partition::from_number(i32::try_from(number).ok()?));
        let last_message = match (partition, row_key) {
            (Some(partition), Some(row_key)) => self.message_id_at(partition, row_key)?,
            _ => None,
        };
        Ok(Conversation {
            id: id.parse()?,
            peer: peer.map(|peer| peer.parse()).transpose()?,
            title: title.unwrap_or_default(),
            kind,
            messages: u64::try_from(messages).unwrap_or_default(),
            unread: u64::try_from(unread).unwrap_or_default(),
            last_at: last_at.map(Timestamp::from_unix_ms).transpose()?,
            last_message,
            is_pinned,
            muted_until: muted.as_deref().map(Timestamp::parse).transpose()?,
        })
    }

    fn message_id_at(&mut self, partition: Partition, row_key: i64) -> Result<Option<MessageId>, StoreError> {
        let Some(month) = self.partitions.get(&partition) else {
            return Ok(None);
        };
        let sql = Sql::new(month.with_table(hot::ROW_ID));
        let id: Option<Id> = self.db.row(sql.bind(row_key), "find the last message")?;
        Ok(id.map(MessageId::new))
    }

    /// The number of a conversation that is not being removed.
    pub(crate) fn conversation_ref(&mut self, id: &ConversationId) -> Result<ConversationRef, StoreError> {
        let text = id.to_string();
        let sql = Sql::new(hot::CONVERSATION_FIND);
        let row: Option<(i64, Option<i64>)> = self.db.row(sql.bind(text.as_str()), "find a conversation")?;
        let (number, last_partition) =
            row.ok_or_else(|| StoreError::NotFound(format!("conversation {id}")))?;
        Ok(ConversationRef {
            number,
            last_partition,
        })
    }

    /// The same for a message that arrives: refused where the conversation's contact is blocked.
    pub(crate) fn conversation_open(&mut self, id: &ConversationId) -> Result<ConversationRef, StoreError> {
        match self.conversation_gate(id)? {
            (place, None) => Ok(place),
            (_, Some(since)) => Err(ContactError::Blocked(since).into()),
        }
    }

    /// The same, and since when its contact is blocked.
    pub(crate) fn conversation_gate(
        &mut self,
        id: &ConversationId,
    ) -> Result<(ConversationRef, Option<Timestamp>), StoreError> {
        let text = id.to_string();
        let sql = Sql::new(hot::CONVERSATION_GATE);
        let row: Option<(i64, Option<i64>, Option<String>)> =
            self.db.row(sql.bind(text.as_str()), "find a conversation")?;
        let (number, last_partition, blocked_at) =
            row.ok_or_else(|| StoreError::NotFound(format!("conversation {id}")))?;
        let blocked = blocked_at.as_deref().map(Timestamp::parse).transpose();
        let place = ConversationRef {
            number,
            last_partition,
        };
        Ok((
            place,
            blocked.map_err(|error| StoreError::from(error).of_stored())?,
        ))
    }

    /// The number of a conversation that is not being removed, and the partitions where it has messages, newest first.
    pub(crate) fn conversation_reach(
        &mut self,
        id: &ConversationId,
    ) -> Result<(i64, Vec<Partition>), StoreError> {
        let text = id.to_string();
        let sql = Sql::new(hot::CONVERSATION_REACH);
        let rows: Vec<(i64, Option<i64>)> = self.db.rows(sql.bind(text.as_str()), "find a conversation")?;
        let absent = || StoreError::NotFound(format!("conversation {id}"));
        let number = rows.first().map(|(number, _)| *number).ok_or_else(absent)?;
        let partitions = rows
            .into_iter()
            .filter_map(|(_, partition)| Partition::from_number(i32::try_from(partition?).ok()?))
            .collect();
        Ok((number, partitions))
    }

    /// Partitions where a conversation has messages, newest first.
    pub(crate) fn conversation_partitions(&mut self, number: i64) -> Result<Vec<Partition>, StoreError> {
        let sql = Sql::new(
            "SELECT partition FROM conversation_months WHERE conversation = ? ORDER BY partition DESC",
        );
        let numbers: Vec<i64> = self.db.rows(sql.bind(number), "list a conversation's months")?;
        Ok(numbers
            .into_iter()
            .filter_map(|number| Partition::from_number(i32::try_from(number).ok()?))
            .collect())
    }
}

/// What a batch changes in one conversation.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Delta {
    pub(crate) messages: i64,
    pub(crate) unread: i64,
    /// Time, partition and row key of the newest message of the batch.
    pub(crate) newest: Option<(i64, i64, i64)>,
}

impl WriteTx<'_> {
    /// The conversation of a contact or group, made when there is none under the id `wanted` where that is free.
    pub(crate) fn conversation_ensure(
        &mut self,
        kind: ConversationKind,
        peer: &str,
        wanted: &str,
    ) -> Result<ConversationId, StoreError> {
        let column = if kind == ConversationKind::Group {
            "group_id"
        } else {
            "contact_id"
        };
        let sql = Sql::new(format!(
            "SELECT conversation_id FROM conversations WHERE {column} = ?"
        ));
        let known: Option<String> = self.db.row(sql.bind(peer), "find a conversation")?;
        if let Some(id) = known {
            return Ok(id.parse()?);
        }
        let sql = Sql::new("SELECT conversation_id FROM conversations WHERE conversation_id = ?");
        let taken: Option<String> = self.db.row(sql.bind(wanted), "find a conversation")?;
        let id = if taken.is_some() {
            self.new_id()?.to_string()
        } else {
            wanted.to_owned()
        };
        let next: Option<i64> = self.db.row(
            Sql::new("SELECT coalesce(max(conversation), 0) + 1 FROM conversations"),
            "number a conversation",
        )?;
        let number = next.unwrap_or(1);
        if number > CONVERSATIONS_MAX {
            return Err(StoreError::Refused(format!(
                "a vault holds {CONVERSATIONS_MAX} conversations"
            )));
        }
        let now = self.now().to_sql();
        let sql = Sql::new(format!(
            "INSERT INTO conversations (conversation, conversation_id, kind, {column}, created_at, updated_at) \
             VALUES (?, ?, ?, ?, ?, ?)"
        ));
        let sql = sql
            .bind(number)
            .bind(id.as_str())
            .bind(kind.as_str())
            .bind(peer)
            .bind(now.as_str())
            .bind(now.as_str());
        self.db.run(sql, "create a conversation")?;
        Ok(id.parse()?)
    }

    /// Applies a batch to a conversation's counters, in the transaction of its messages.
    pub(crate) fn conversation_apply(&mut self, number: i64, delta: Delta) -> Result<(), StoreError> {
        let (at, partition, row_key) = match delta.newest {
            Some((at, partition, row_key)) => (Some(at), Some(partition), Some(row_key)),
            None => (None, None, None),
        };
        let sql = Sql::new(hot::CONVERSATION_COUNT);
        let sql = sql
            .bind(delta.messages)
            .bind(delta.unread)
            .bind(at)
            .bind(partition)
            .bind(row_key)
            .bind(number);
        self.db.run(sql, "count messages").map(drop)
    }
}
