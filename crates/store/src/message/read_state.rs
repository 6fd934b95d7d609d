//! Marking messages as read.

use privatus_domain::{ConversationId, MessageId, Permission};

use crate::db::hot;
use crate::db::statement::Sql;
use crate::error::{Missing, StoreError};
use crate::message::row::Located;
use crate::partition::row_key;
use crate::tx::WriteTx;

impl WriteTx<'_> {
    /// Marks a conversation's incoming messages as read, all of them or up to and with one; gives how many were unread.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown conversation, or a message that is not in it;
    /// [`StoreError::AccessDenied`] to a user without a grant: it changes what all of them see.
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
        for partition in partitions {
            // From the newest month on, and no further than there are unread ones: a chat is marked at each look.
            if marked >= unread {
                break;
            }
            let Some(month) = self.partitions.get(&partition).cloned() else {
                continue;
            };
            let table = &month.table;
            let set = format!(
                "UPDATE {table} SET is_read = TRUE WHERE row_key BETWEEN ? AND ? AND is_read = FALSE \
                 AND is_outgoing = FALSE AND is_deleted = FALSE"
            );
            marked += match &limit {
                Some((last, _)) if partition > last.partition => 0,
                Some((last, key)) if partition == last.partition && partition.is_month() => {
                    self.db.run(Sql::new(set).bind(low).bind(*key), "mark as read")?
                }
                Some((last, key)) if partition == last.partition => {
                    let set = format!(
                        "{set} AND (timestamp, row_key) <= (SELECT timestamp, row_key FROM {table} WHERE row_key = ?)"
                    );
                    self.db
                        .run(Sql::new(set).bind(low).bind(high).bind(*key), "mark as read")?
                }
                _ => self.db.run(Sql::new(set).bind(low).bind(high), "mark as read")?,
            };
        }
        let marked = u64::try_from(marked).unwrap_or_default();
        if marked > 0 && !privatus_domain::planted!(UnreadNotLowered) {
            let sql = Sql::new(hot::CONVERSATION_READ);
            let count = i64::try_from(marked).unwrap_or(i64::MAX);
            self.db
                .run_one(sql.bind(count).bind(number), "count unread messages")?;
        }
        Ok(marked)
    }
}
