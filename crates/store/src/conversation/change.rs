//! Creating a conversation with its contact or group, and counting its messages.

use diesel::dsl::{exists, max, select};
use diesel::prelude::*;
use privatus_domain::limits::CONVERSATIONS_MAX;
use privatus_domain::{ConversationId, ConversationKind, Partition};
use privatus_schema::{DbId, SqlInt, SqlText, SqlTime, conversation_months, conversations};

use crate::db::hot;
use crate::db::statement::Sql;
use crate::error::{Rule, StoreError};
use crate::partition::row_key;
use crate::tx::WriteTx;

/// Finds the first unused number in a range. It only runs if the highest number is taken.
const CONVERSATION_NUMBER_FREE: &str = "WITH RECURSIVE numbers(n) AS (SELECT ? UNION ALL SELECT n + 1 FROM numbers \
                                        WHERE n <= ? AND (EXISTS (SELECT 1 FROM conversations WHERE conversation = n) \
                                        OR EXISTS (SELECT 1 FROM conversation_months WHERE conversation = n) \
                                        OR EXISTS (SELECT 1 FROM pending_removals WHERE conversation = n))) \
                                        SELECT max(n) FROM numbers";

/// A new row of `conversations`, with a contact or a group.
#[derive(Insertable)]
#[diesel(table_name = conversations, treat_none_as_default_value = false)]
struct NewConversationRow<'a> {
    conversation: SqlInt,
    conversation_id: DbId<&'a str>,
    kind: SqlText<&'a str>,
    contact_id: Option<DbId<&'a str>>,
    group_id: Option<DbId<&'a str>>,
    created_at: SqlTime<&'a str>,
    updated_at: SqlTime<&'a str>,
}

/// What a batch of messages changes in one conversation.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Delta {
    pub(crate) messages: i64,
    pub(crate) unread: i64,
    /// Time, partition and row key of the newest message of the batch.
    pub(crate) newest: Option<(i64, i64, i64)>,
}

impl WriteTx<'_> {
    /// Returns the conversation of a contact or group, and creates it if needed, with the id `wanted` if that is free.
    pub(crate) fn conversation_ensure(
        &mut self,
        kind: ConversationKind,
        peer: &str,
        wanted: &str,
    ) -> Result<ConversationId, StoreError> {
        let peer = DbId(peer);
        let (contact, group) = match kind {
            ConversationKind::Direct => (Some(peer), None),
            ConversationKind::Group => (None, Some(peer)),
        };
        let known: Option<DbId> = self.db.ask("find a conversation", |db| {
            let ids = conversations::table.select(conversations::conversation_id);
            match kind {
                ConversationKind::Direct => ids.filter(conversations::contact_id.eq(peer)).get_result(db),
                ConversationKind::Group => ids.filter(conversations::group_id.eq(peer)).get_result(db),
            }
            .optional()
        })?;
        if let Some(id) = known {
            return Ok(id.0.parse()?);
        }
        let is_taken: bool = self.db.ask("find a conversation", |db| {
            let wanted = conversations::conversation_id.eq(DbId(wanted));
            select(exists(conversations::table.filter(wanted))).get_result(db)
        })?;
        let id = if is_taken {
            self.new_id()?.to_string()
        } else {
            wanted.to_owned()
        };
        let number = self.conversation_number_next()?;
        let now = self.now().to_sql();
        let row = NewConversationRow {
            conversation: SqlInt(number),
            conversation_id: DbId(&id),
            kind: SqlText(kind.as_str()),
            contact_id: contact,
            group_id: group,
            created_at: SqlTime(&now),
            updated_at: SqlTime(&now),
        };
        self.db.ask_one("create a conversation", |db| {
            diesel::insert_into(conversations::table).values(&row).execute(db)
        })?;
        Ok(id.parse()?)
    }

    /// Returns the number for a new conversation.
    fn conversation_number_next(&mut self) -> Result<i64, StoreError> {
        let last: Option<SqlInt> = self.db.ask("number a conversation", |db| {
            conversations::table
                .select(max(conversations::conversation))
                .get_result(db)
        })?;
        match last.map_or(1, |last| last.0.saturating_add(1)) {
            number @ 1..=CONVERSATIONS_MAX => Ok(number),
            // A single conversation with a high number does not use up the free numbers below it.
            _ => self.conversation_number_free(),
        }
    }

    /// Returns the lowest number without any traces: no conversation, no month recorded for it, no removal, no message.
    fn conversation_number_free(&mut self) -> Result<i64, StoreError> {
        let months: Vec<_> = self.partitions.values().cloned().collect();
        let mut from = 1;
        while from <= CONVERSATIONS_MAX {
            let sql = Sql::new(CONVERSATION_NUMBER_FREE)
                .bind(from)
                .bind(CONVERSATIONS_MAX);
            let free: Option<i64> = self.db.row(sql, "number a conversation")?;
            let Some(number) = free.filter(|number| *number <= CONVERSATIONS_MAX) else {
                break;
            };
            let (low, high) = row_key::range(number);
            let mut is_free = true;
            for month in &months {
                let sql = Sql::new(month.with_table(hot::ROW_LAST)).bind(low).bind(high);
                let last: Option<Option<i64>> = self.db.row(sql, "number a conversation")?;
                is_free &= last.flatten().is_none();
            }
            if is_free {
                return Ok(number);
            }
            from = number.saturating_add(1);
        }
        Err(Rule::Conversations(CONVERSATIONS_MAX).into())
    }

    /// Records that a conversation has messages in a month, unless it is recorded already.
    pub(crate) fn conversation_month_note(
        &mut self,
        number: i64,
        partition: Partition,
    ) -> Result<(), StoreError> {
        let (doing, partition) = ("note a conversation's month", partition.number());
        let sql = Sql::new(hot::CONVERSATION_MONTH_NOTE);
        let noted = self.db.run(sql.bind(number).bind(partition), doing)?;
        let row = conversation_months::table.find((SqlInt(number), SqlInt(partition.into())));
        self.db
            .kept(noted, doing, |db| select(exists(row)).get_result(db))
            .map(drop)
    }

    /// Applies a batch to a conversation's counters, in the same transaction as its messages.
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
        self.db.run_one(sql, "count messages")
    }
}
