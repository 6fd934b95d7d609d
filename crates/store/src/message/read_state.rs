//! Marks messages as read.

use std::sync::Arc;

use privatus_domain::{ConversationId, MessageId, Partition, Permission};

use crate::db::hot;
use crate::db::one_row::not_taken;
use crate::db::statement::Sql;
use crate::error::{Missing, StoreError};
use crate::message::row::Located;
use crate::partition::row_key;
use crate::partition::table::PartitionTable;
use crate::tx::WriteTx;

/// The unread rows of a conversation in one month.
struct Unread {
    month: Arc<PartitionTable>,
    /// The first and last possible row key.
    keys: (i64, i64),
    /// The last row by time, in the two partitions whose keys are not in the order of time.
    up_to: Option<i64>,
}

impl Unread {
    /// Returns a statement over these rows; the table's name goes between its two parts.
    fn sql(&self, [before, behind]: [&str; 2]) -> Sql<'static> {
        let (table, (low, high)) = (self.month.table.as_str(), self.keys);
        let rows = " WHERE row_key BETWEEN ? AND ? AND is_read = FALSE AND is_outgoing = FALSE AND is_deleted = FALSE";
        // In one allocation: this runs each time a chat is viewed.
        match self.up_to {
            None => Sql::new([before, table, behind, rows].concat())
                .bind(low)
                .bind(high),
            Some(key) => {
                let place = " AND (timestamp, row_key) <= (SELECT timestamp, row_key FROM ";
                Sql::new([before, table, behind, rows, place, table, " WHERE row_key = ?)"].concat())
                    .bind(low)
                    .bind(high)
                    .bind(key)
            }
        }
    }
}

impl WriteTx<'_> {
    /// Marks a conversation's incoming messages as read, all of them or up to and including one; returns how many were
    /// unread.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown conversation or a message that is not in it;
    /// [`StoreError::AccessDenied`] if the user has no grant. Every user of the vault sees the change.
    pub fn conversation_mark_read(
        &mut self,
        conversation: &ConversationId,
        up_to: Option<&MessageId>,
    ) -> Result<u64, StoreError> {
        self.permit_conversation(conversation, Permission::Write)?;
        let (number, partitions) = self.conversation_reach(conversation)?;
        let (low, high) = row_key::range(number);
        let limit = match up_to {
            None => None,
            Some(id) => match self.locate(id)? {
                Located::At(month, key) if row_key::conversation(key) == number => Some((month, key)),
                _ => {
                    let (message, conversation) = (id.clone(), conversation.clone());
                    return Err(Missing::MessageIn {
                        message,
                        conversation,
                    }
                    .into());
                }
            },
        };
        let sql = Sql::new(hot::CONVERSATION_UNREAD);
        let unread: Option<i64> = self.db.row(sql.bind(number), "count unread messages")?;
        let unread = usize::try_from(unread.unwrap_or_default()).unwrap_or_default();
        let mut marked = 0;
        for partition in &partitions {
            // From the newest month back, until all unread messages are found: this runs each time a chat is viewed.
            if marked >= unread {
                break;
            }
            if let Some(rows) = self.unread_rows(*partition, (low, high), limit.as_ref()) {
                let sql = rows.sql(["UPDATE ", " SET is_read = TRUE"]);
                marked += self.db.run(sql, "mark as read")?;
            }
        }
        // If fewer were marked than were unread, the rest are either later than the given message or were not updated.
        if marked < unread {
            for partition in &partitions {
                let Some(rows) = self.unread_rows(*partition, (low, high), limit.as_ref()) else {
                    continue;
                };
                let left: Option<i64> = self
                    .db
                    .row(rows.sql(["SELECT 1 FROM ", ""]), "look for unread messages")?;
                if left.is_some() {
                    return Err(not_taken("mark as read"));
                }
            }
        }
        let marked = u64::try_from(marked).unwrap_or_default();
        if marked > 0 {
            let sql = Sql::new(hot::CONVERSATION_READ);
            let count = i64::try_from(marked).unwrap_or(i64::MAX);
            self.db
                .run_one(sql.bind(count).bind(number), "count unread messages")?;
        }
        Ok(marked)
    }

    /// Returns the rows of a month to mark; `None` for a month after that of the last message.
    fn unread_rows(
        &self,
        partition: Partition,
        (low, high): (i64, i64),
        limit: Option<&(Arc<PartitionTable>, i64)>,
    ) -> Option<Unread> {
        let month = Arc::clone(self.partitions.get(&partition)?);
        let (keys, up_to) = match limit {
            Some((last, _)) if partition > last.partition => return None,
            Some((last, key)) if partition == last.partition && partition.is_month() => ((low, *key), None),
            Some((last, key)) if partition == last.partition => ((low, high), Some(*key)),
            _ => ((low, high), None),
        };
        Some(Unread { month, keys, up_to })
    }
}
