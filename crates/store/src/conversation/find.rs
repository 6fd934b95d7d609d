//! Finding a conversation for reading and writing messages: its number, its partitions, whether its contact is blocked.

use diesel::prelude::*;
use privatus_domain::limits::CONVERSATIONS_MAX;
use privatus_domain::{ContactError, ConversationId, Partition, Timestamp};
use privatus_schema::{SqlInt, conversation_months};

use crate::db::decode::{FromRow, WrongType};
use crate::db::hot;
use crate::db::statement::Sql;
use crate::error::{Missing, StoreError};
use crate::tx::ReadTx;

/// What reading and writing messages needs of a conversation; the columns of [`hot::CONVERSATION_FIND`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConversationRef {
    pub(crate) number: i64,
    pub(crate) last_partition: Option<i64>,
}

/// A number that fits into a row key. A greater one would lose its upper bits, and reads and removals would hit another
/// conversation.
struct Number(i64);

impl FromRow for Number {
    fn from_row(row: &privatus_sqlite::Row<'_>, next: &mut i32) -> Result<Self, WrongType> {
        let number = FromRow::from_row(row, next)?;
        if (1..=CONVERSATIONS_MAX).contains(&number) {
            Ok(Self(number))
        } else {
            Err(WrongType)
        }
    }
}

impl FromRow for ConversationRef {
    fn from_row(row: &privatus_sqlite::Row<'_>, next: &mut i32) -> Result<Self, WrongType> {
        Ok(Self {
            number: Number::from_row(row, next)?.0,
            last_partition: FromRow::from_row(row, next)?,
        })
    }
}

/// The columns of [`hot::CONVERSATION_GATE`].
struct GateRow {
    place: ConversationRef,
    blocked_at: Option<String>,
}

impl FromRow for GateRow {
    fn from_row(row: &privatus_sqlite::Row<'_>, next: &mut i32) -> Result<Self, WrongType> {
        Ok(Self {
            place: FromRow::from_row(row, next)?,
            blocked_at: FromRow::from_row(row, next)?,
        })
    }
}

/// The columns of [`hot::CONVERSATION_REACH`].
struct ReachRow {
    number: i64,
    partition: Option<i64>,
}

impl FromRow for ReachRow {
    fn from_row(row: &privatus_sqlite::Row<'_>, next: &mut i32) -> Result<Self, WrongType> {
        Ok(Self {
            number: Number::from_row(row, next)?.0,
            partition: FromRow::from_row(row, next)?,
        })
    }
}

impl ReadTx<'_> {
    /// Finds a conversation that is not being removed.
    pub(crate) fn conversation_ref(&mut self, id: &ConversationId) -> Result<ConversationRef, StoreError> {
        let text = id.to_string();
        let sql = Sql::new(hot::CONVERSATION_FIND);
        let row = self.db.row(sql.bind(text.as_str()), "find a conversation")?;
        row.ok_or_else(|| absent(id))
    }

    /// Finds the conversation for an arriving message, and refuses it if the conversation's contact is blocked.
    pub(crate) fn conversation_open(&mut self, id: &ConversationId) -> Result<ConversationRef, StoreError> {
        match self.conversation_gate(id)? {
            (place, None) => Ok(place),
            (_, Some(since)) => Err(ContactError::Blocked(since).into()),
        }
    }

    /// Finds a conversation that is not being removed, and since when its contact is blocked.
    pub(crate) fn conversation_gate(
        &mut self,
        id: &ConversationId,
    ) -> Result<(ConversationRef, Option<Timestamp>), StoreError> {
        let text = id.to_string();
        let sql = Sql::new(hot::CONVERSATION_GATE);
        let row: Option<GateRow> = self.db.row(sql.bind(text.as_str()), "find a conversation")?;
        let GateRow { place, blocked_at } = row.ok_or_else(|| absent(id))?;
        let blocked = blocked_at.as_deref().map(Timestamp::parse).transpose();
        Ok((
            place,
            blocked.map_err(|error| StoreError::from(error).of_row(&format!("conversation {id}")))?,
        ))
    }

    /// Returns the number of a conversation that is not being removed, and the partitions where it has messages, newest
    /// first.
    pub(crate) fn conversation_reach(
        &mut self,
        id: &ConversationId,
    ) -> Result<(i64, Vec<Partition>), StoreError> {
        let text = id.to_string();
        let sql = Sql::new(hot::CONVERSATION_REACH);
        let rows: Vec<ReachRow> = self.db.rows(sql.bind(text.as_str()), "find a conversation")?;
        let number = rows.first().map(|row| row.number).ok_or_else(|| absent(id))?;
        let partitions = rows.into_iter().filter_map(|row| partition(row.partition?));
        Ok((number, partitions.collect()))
    }

    /// Returns the partitions where a conversation has messages, newest first.
    pub(crate) fn conversation_partitions(&mut self, number: i64) -> Result<Vec<Partition>, StoreError> {
        let numbers: Vec<SqlInt> = self.db.ask("list a conversation's months", |db| {
            conversation_months::table
                .filter(conversation_months::conversation.eq(SqlInt(number)))
                .order(conversation_months::partition.desc())
                .select(conversation_months::partition)
                .load(db)
        })?;
        Ok(numbers
            .into_iter()
            .filter_map(|number| partition(number.0))
            .collect())
    }
}

fn absent(id: &ConversationId) -> StoreError {
    Missing::Conversation(id.clone()).into()
}

fn partition(number: i64) -> Option<Partition> {
    Partition::from_number(i32::try_from(number).ok()?)
}
