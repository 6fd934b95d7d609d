//! The chat list, and reading one conversation.

use privatus_domain::limits::CONVERSATIONS_MAX;
use privatus_domain::{
    Conversation, ConversationId, ConversationKind, Id, MessageId, Partition, Permission, Resource,
    ResourceKind, Timestamp,
};

use crate::db::decode::{FromRow, WrongType};
use crate::db::hot;
use crate::db::statement::Sql;
use crate::error::{Missing, StoreError};
use crate::tx::ReadTx;

/// A row of the chat list, in the column order of [`hot::CONVERSATIONS_NEWEST`].
struct ConversationRow {
    id: String,
    kind: String,
    title: Option<String>,
    messages: i64,
    unread: i64,
    last_at: Option<i64>,
    last_partition: Option<i64>,
    last_row_key: Option<i64>,
    is_pinned: bool,
    /// The contact or the group.
    peer: Option<String>,
    muted_until: Option<String>,
}

impl FromRow for ConversationRow {
    fn from_row(row: &privatus_sqlite::Row<'_>, next: &mut i32) -> Result<Self, WrongType> {
        Ok(Self {
            id: FromRow::from_row(row, next)?,
            kind: FromRow::from_row(row, next)?,
            title: FromRow::from_row(row, next)?,
            messages: FromRow::from_row(row, next)?,
            unread: FromRow::from_row(row, next)?,
            last_at: FromRow::from_row(row, next)?,
            last_partition: FromRow::from_row(row, next)?,
            last_row_key: FromRow::from_row(row, next)?,
            is_pinned: FromRow::from_row(row, next)?,
            peer: FromRow::from_row(row, next)?,
            muted_until: FromRow::from_row(row, next)?,
        })
    }
}

impl ReadTx<'_> {
    /// Returns the newest `limit` conversations by their last message. Those without messages come last.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn conversations(&mut self, limit: usize) -> Result<Vec<Conversation>, StoreError> {
        // A vault cannot hold more, so a greater limit leaves nothing out.
        let most = i64::try_from(limit).map_or(CONVERSATIONS_MAX, |limit| limit.min(CONVERSATIONS_MAX));
        // What the user may not read is left out before the list is cut to the limit.
        let most = if self.user.is_some() {
            CONVERSATIONS_MAX
        } else {
            most
        };
        let sql = Sql::new(hot::CONVERSATIONS_NEWEST.replace("{limit}", &most.to_string()));
        let mut rows = self.db.rows(sql, "list the conversations")?;
        if self.user.is_some() {
            rows = self.readable(rows, limit)?;
        }
        rows.into_iter().map(|row| self.conversation_from(row)).collect()
    }

    /// Returns the first `limit` rows that the user may read.
    fn readable(
        &mut self,
        rows: Vec<ConversationRow>,
        limit: usize,
    ) -> Result<Vec<ConversationRow>, StoreError> {
        let mut readable = Vec::new();
        for row in rows {
            let on = Resource::of(ResourceKind::Conversation, &row.id);
            if readable.len() < limit && self.may(&on, Permission::Read)? {
                readable.push(row);
            }
        }
        Ok(readable)
    }

    /// Returns a conversation by its id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::AccessDenied`] for a user without a grant.
    pub fn conversation_by_id(&mut self, id: &ConversationId) -> Result<Conversation, StoreError> {
        self.permit_conversation(id, Permission::Read)?;
        let text = id.to_string();
        let sql = Sql::new(hot::CONVERSATION_BY_ID);
        let row = self.db.row(sql.bind(text.as_str()), "find a conversation")?;
        self.conversation_from(row.ok_or_else(|| Missing::Conversation(id.clone()))?)
    }

    fn conversation_from(&mut self, mut row: ConversationRow) -> Result<Conversation, StoreError> {
        self.conversation_decode(&mut row)
            .map_err(|error| error.of_row(&format!("conversation {}", row.id)))
    }

    fn conversation_decode(&mut self, row: &mut ConversationRow) -> Result<Conversation, StoreError> {
        let kind = if row.kind == "group" {
            ConversationKind::Group
        } else {
            ConversationKind::Direct
        };
        let partition = row
            .last_partition
            .and_then(|number| Partition::from_number(i32::try_from(number).ok()?));
        let last_message = match (partition, row.last_row_key) {
            (Some(partition), Some(row_key)) => self.message_id_at(partition, row_key)?,
            _ => None,
        };
        Ok(Conversation {
            id: row.id.parse()?,
            peer: row.peer.as_deref().map(str::parse).transpose()?,
            title: row.title.take().unwrap_or_default(),
            kind,
            messages: u64::try_from(row.messages).unwrap_or_default(),
            unread: u64::try_from(row.unread).unwrap_or_default(),
            last_at: row.last_at.map(Timestamp::from_unix_ms).transpose()?,
            last_message,
            is_pinned: row.is_pinned,
            muted_until: row.muted_until.as_deref().map(Timestamp::parse).transpose()?,
        })
    }

    pub(crate) fn message_id_at(
        &mut self,
        partition: Partition,
        row_key: i64,
    ) -> Result<Option<MessageId>, StoreError> {
        let Some(month) = self.partitions.get(&partition) else {
            return Ok(None);
        };
        let sql = Sql::new(month.with_table(hot::ROW_ID));
        let id: Option<Id> = self.db.row(sql.bind(row_key), "find the last message")?;
        Ok(id.map(MessageId::new))
    }
}
