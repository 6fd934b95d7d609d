//! Keyset pages of a conversation: newest first, in both directions and around a message, across all months.

use std::collections::HashMap;
use std::sync::Arc;

use privatus_domain::{ConversationId, Id, Message, MessageId, Partition, Permission, Timestamp};

use crate::db::statement::Sql;
use crate::error::{Missing, StoreError};
use crate::message::row::{Located, Row};
use crate::partition::row_key;
use crate::partition::table::PartitionTable;
use crate::tx::ReadTx;

/// Limits that are written into the statement: SQLite prepares a statement with a bound LIMIT again on every run
/// (docs/DESIGN.md, section 2).
const LIMITS: [usize; 6] = [2, 11, 51, 101, 201, 1_001];

/// The largest number of messages in one page.
pub const PAGE_MAX: usize = 1_000;

/// Where a page begins. Cursors are message ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageStart {
    /// At the newest message.
    Newest,
    /// At the oldest message: the page is the conversation's first.
    Oldest,
    /// With the messages older than this one.
    Before(MessageId),
    /// With the messages newer than this one.
    After(MessageId),
    /// With this message in the middle.
    Around(MessageId),
    /// With the messages older than this moment.
    BeforeTime(Timestamp),
    /// With the messages of this moment and newer.
    AfterTime(Timestamp),
    /// With this moment in the middle.
    AroundTime(Timestamp),
}

/// A page, newest message first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The messages.
    pub messages: Vec<Message>,
    /// Whether there are older messages: continue with [`PageStart::Before`] the last message of this page.
    pub has_older: bool,
    /// Whether there are newer messages: continue with [`PageStart::After`] the first message of this page.
    pub has_newer: bool,
}

/// A row and the month it is in.
type Placed = (Partition, Row);

#[derive(Debug, Clone, Copy)]
struct Position {
    partition: Partition,
    row_key: i64,
    at: i64,
}

impl ReadTx<'_> {
    /// Returns a page of at most `limit` messages (1 to [`PAGE_MAX`]).
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown conversation or a cursor that is not one of its messages;
    /// [`StoreError::AccessDenied`] if the user has no grant.
    pub fn messages_page(
        &mut self,
        conversation: &ConversationId,
        start: &PageStart,
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.permit_conversation(conversation, Permission::Read)?;
        let limit = limit.clamp(1, PAGE_MAX);
        let (number, partitions) = self.conversation_reach(conversation)?;
        let (rows, has_older, has_newer) = match start {
            PageStart::Newest => {
                self.shared.note_opened();
                let (rows, more) = self.rows_from(number, &partitions, None, true, limit)?;
                (rows, more, false)
            }
            PageStart::Before(id) => {
                let position = self.position(number, conversation, id)?;
                let (rows, more) = self.rows_from(number, &partitions, Some(position), true, limit)?;
                (rows, more, true)
            }
            PageStart::Oldest => {
                let (mut rows, more) = self.rows_from(number, &partitions, None, false, limit)?;
                rows.reverse();
                (rows, false, more)
            }
            PageStart::After(id) => {
                let position = self.position(number, conversation, id)?;
                let (mut rows, more) = self.rows_from(number, &partitions, Some(position), false, limit)?;
                rows.reverse();
                (rows, true, more)
            }
            PageStart::Around(id) => self.rows_around(number, conversation, &partitions, id, limit)?,
            PageStart::BeforeTime(at) => self.rows_about(number, &partitions, *at, (0, limit))?,
            PageStart::AfterTime(at) => self.rows_about(number, &partitions, *at, (limit, limit))?,
            PageStart::AroundTime(at) => {
                self.rows_about(number, &partitions, *at, (limit.div_ceil(2), limit))?
            }
        };
        let mut senders = HashMap::new();
        for (wanted, end) in [(has_newer, rows.first()), (has_older, rows.last())] {
            if let Some((partition, row)) = end.filter(|_| wanted) {
                self.shared.cursors.note(&row.id, *partition, row.row_key);
            }
        }
        let mut messages: Vec<Message> = Vec::with_capacity(rows.len());
        for (partition, row) in rows {
            messages.push(self.message_from(partition, row, conversation, &mut senders)?);
        }
        Ok(Page {
            messages,
            has_older,
            has_newer,
        })
    }

    fn rows_around(
        &mut self,
        number: i64,
        conversation: &ConversationId,
        partitions: &[Partition],
        id: &MessageId,
        limit: usize,
    ) -> Result<(Vec<Placed>, bool, bool), StoreError> {
        let position = self.position(number, conversation, id)?;
        let newer = limit.saturating_sub(1) / 2;
        let (mut rows, has_newer) = if newer == 0 {
            (
                Vec::new(),
                self.rows_from(number, partitions, Some(position), false, 1)?
                    .0
                    .len()
                    == 1,
            )
        } else {
            self.rows_from(number, partitions, Some(position), false, newer)?
        };
        rows.reverse();
        if let Some(month) = self.partitions.get(&position.partition).cloned() {
            let sql = Sql::new(month.by_key.as_str());
            let row: Option<Row> = self.db.row(sql.bind(position.row_key), "read a message")?;
            rows.extend(row.map(|row| (month.partition, row)));
        }
        let older = limit.saturating_sub(rows.len());
        if older == 0 {
            let more = !self
                .rows_from(number, partitions, Some(position), true, 1)?
                .0
                .is_empty();
            return Ok((rows, more, has_newer));
        }
        let (tail, has_older) = self.rows_from(number, partitions, Some(position), true, older)?;
        rows.extend(tail);
        Ok((rows, has_older, has_newer))
    }

    /// Returns up to `newer` rows from a moment on, then rows before it, up to `limit` in total.
    fn rows_about(
        &mut self,
        number: i64,
        partitions: &[Partition],
        at: Timestamp,
        (newer, limit): (usize, usize),
    ) -> Result<(Vec<Placed>, bool, bool), StoreError> {
        let [below, from] = self.edge(number, at);
        let (mut rows, has_newer) = self.rows_from(number, partitions, Some(below), false, newer)?;
        rows.reverse();
        let older = limit - rows.len();
        // A page that begins at the moment contains nothing older.
        let older = if newer == limit { 0 } else { older };
        let (tail, has_older) = self.rows_from(number, partitions, Some(from), true, older)?;
        rows.extend(tail);
        Ok((rows, has_older, has_newer))
    }

    /// Returns the positions just before, and at, the first row key of a moment.
    fn edge(&self, number: i64, at: Timestamp) -> [Position; 2] {
        let partition = Partition::route(at, self.shared.now());
        // `early` and `late` are read by time, and none of their rows has this key.
        let keys = row_key::wanted(number, partition, at).map_or([i64::MIN; 2], |key| [key - 1, key]);
        keys.map(|row_key| Position {
            partition,
            row_key,
            at: at.unix_ms(),
        })
    }

    fn position(
        &mut self,
        number: i64,
        conversation: &ConversationId,
        id: &MessageId,
    ) -> Result<Position, StoreError> {
        if let Some((partition, row_key)) = self.shared.cursors.find(id)
            && row_key::conversation(row_key) == number
            && let Some(month) = self.partitions.get(&partition).cloned()
            && let Some((found, at)) = self.place_at(&month, row_key)?
            && found == *id.as_id()
        {
            return Ok(Position {
                partition,
                row_key,
                at,
            });
        }
        let Located::At(month, row_key) = self.locate(id)? else {
            return Err(Missing::Message(id.clone()).into());
        };
        if row_key::conversation(row_key) != number {
            let (message, conversation) = (id.clone(), conversation.clone());
            return Err(Missing::MessageIn {
                message,
                conversation,
            }
            .into());
        }
        let (_, at) = self.place_at(&month, row_key)?.ok_or_else(|| {
            StoreError::DatabaseDamaged(format!("the register's entry for message {id} points to no row"))
        })?;
        Ok(Position {
            partition: month.partition,
            row_key,
            at,
        })
    }

    /// Returns the id and the time of the row with this key.
    fn place_at(&mut self, month: &PartitionTable, row_key: i64) -> Result<Option<(Id, i64)>, StoreError> {
        let sql = Sql::new(month.place_by_key.as_str());
        self.db.row(sql.bind(row_key), "find a message's place")
    }

    /// Returns up to `want` rows after a position (which is not included), and whether there are more.
    fn rows_from(
        &mut self,
        number: i64,
        partitions: &[Partition],
        from: Option<Position>,
        newest_first: bool,
        want: usize,
    ) -> Result<(Vec<Placed>, bool), StoreError> {
        let mut rows: Vec<Placed> = Vec::with_capacity(want + 1);
        let reached = |partition: &Partition| {
            from.is_none_or(|from| {
                if newest_first {
                    *partition <= from.partition
                } else {
                    *partition >= from.partition
                }
            })
        };
        let mut order: Vec<Partition> = partitions.iter().copied().filter(reached).collect();
        if !newest_first {
            order.reverse();
        }
        for partition in order {
            let Some(month) = self.partitions.get(&partition).cloned() else {
                continue;
            };
            let from = from.filter(|from| from.partition == partition);
            self.month_rows(number, &month, from, newest_first, want, &mut rows)?;
            if rows.len() > want {
                break;
            }
        }
        let more = rows.len() > want;
        rows.truncate(want);
        Ok((rows, more))
    }

    /// Adds a month's rows until there are `want` rows and one more.
    fn month_rows(
        &mut self,
        number: i64,
        month: &Arc<PartitionTable>,
        from: Option<Position>,
        newest_first: bool,
        want: usize,
        rows: &mut Vec<Placed>,
    ) -> Result<(), StoreError> {
        let missing = want + 1 - rows.len();
        let limit = LIMITS
            .iter()
            .copied()
            .find(|limit| *limit >= missing)
            .unwrap_or(PAGE_MAX + 1);
        let sql = Sql::new(month.page(newest_first, limit));
        let sql = if month.partition.is_month() {
            let (low, high) = row_key::range(number);
            match (from, newest_first) {
                (None, _) => sql.bind(low).bind(high),
                (Some(from), true) => sql.bind(low).bind(from.row_key - 1),
                (Some(from), false) => sql.bind(from.row_key + 1).bind(high),
            }
        } else {
            let edge = if newest_first { i64::MAX } else { i64::MIN };
            let (at, row_key) = from.map_or((edge, edge), |from| (from.at, from.row_key));
            sql.bind(number).bind(at).bind(row_key)
        };
        self.db.each(sql, "read a page", |row| {
            rows.push((month.partition, row));
            rows.len() <= want
        })
    }
}
