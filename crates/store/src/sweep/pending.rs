//! The queue of removals: which of them are genuine, and what is wrong with the others.

use diesel::dsl::{exists, not, select};
use diesel::prelude::*;
use privatus_schema::{Flag, SqlInt, contacts, conversation_months, conversations, groups, pending_removals};

use super::check_number;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::ReadTx;

const FIRST: &str = "SELECT conversation FROM pending_removals LIMIT 1";

/// Matches an empty removal: its conversation does not exist and has no messages.
pub(super) const NOTHING: &str = "NOT EXISTS (SELECT 1 FROM conversations AS c WHERE c.conversation = p.conversation) \
                       AND NOT EXISTS (SELECT 1 FROM conversation_months AS m WHERE m.conversation = p.conversation)";
/// Removals of conversations that were hidden and detached from their contact or group, as removing those does; the
/// same rule as in [`ReadTx::removal`]. The CROSS JOIN makes SQLite start with the queue, whatever the planner thinks
/// of its length.
pub(super) const ASKED: &str = "SELECT p.conversation FROM pending_removals AS p CROSS JOIN conversations AS c USING (conversation) \
                     WHERE c.is_hidden = TRUE \
                     AND NOT EXISTS (SELECT 1 FROM contacts AS o WHERE o.contact_id = c.contact_id) \
                     AND NOT EXISTS (SELECT 1 FROM groups AS g WHERE g.group_id = c.group_id) ORDER BY p.conversation";

/// The removal that is pending for a conversation.
pub(crate) enum Removal {
    /// No removal.
    None,
    /// The removal of a contact or group that was removed.
    Asked,
    /// A removal that nobody asked for, and how this is known.
    Planted(String),
}

impl ReadTx<'_> {
    /// Returns whether any removal is pending, genuine or planted.
    pub(crate) fn is_any_removal(&mut self) -> Result<bool, StoreError> {
        let first: Option<i64> = self.db.row(Sql::new(FIRST), "look for removals")?;
        Ok(first.is_some())
    }

    /// Returns the removal that is pending for a conversation. When a contact or group is removed, the schema's
    /// triggers and references hide its conversation and detach it from the contact or group; inserting a row into the
    /// table alone does not.
    pub(crate) fn removal(&mut self, number: i64) -> Result<Removal, StoreError> {
        let (waits, lives, lacks) = self.db.ask("look for a removal", |db| {
            let conversation = || conversations::table.find(SqlInt(number));
            let contact =
                contacts::table.filter(contacts::contact_id.nullable().eq(conversations::contact_id));
            let group = groups::table.filter(groups::group_id.nullable().eq(conversations::group_id));
            let lives = conversation().filter(
                conversations::is_hidden
                    .ne(Flag(true))
                    .or(exists(contact))
                    .or(exists(group)),
            );
            let months =
                conversation_months::table.filter(conversation_months::conversation.eq(SqlInt(number)));
            select((
                exists(pending_removals::table.find(SqlInt(number))),
                exists(lives),
                exists(months).and(not(exists(conversation()))),
            ))
            .get_result::<(bool, bool, bool)>(db)
        })?;
        Ok(match (waits, lives, lacks) {
            (false, ..) => Removal::None,
            (true, true, _) => Removal::Planted(format!(
                "a removal is pending for conversation {number}, but its contact or group was not removed: the removal was \
                 planted, and the messages are kept"
            )),
            (true, _, true) => Removal::Planted(format!(
                "a removal is pending for conversation {number}, which does not exist but has messages; they are kept"
            )),
            _ => Removal::Asked,
        })
    }

    /// Describes the removals that nobody asked for: the first, and how many more. The genuine ones are done by then.
    pub(super) fn removals_refused(&mut self) -> Result<Option<String>, StoreError> {
        let sql = format!(
            "SELECT min(p.conversation), count(*) FROM pending_removals AS p WHERE NOT ({NOTHING}) \
             AND p.conversation NOT IN ({ASKED})"
        );
        let row: Option<(Option<i64>, i64)> =
            self.db.row(Sql::new(&sql), "look for removals that are left")?;
        let Some((Some(first), left)) = row else {
            return Ok(None);
        };
        check_number(first)?;
        Ok(match self.removal(first)? {
            Removal::Planted(why) if left > 1 => Some(format!("{why}; {} more such removals", left - 1)),
            Removal::Planted(why) => Some(why),
            // Another process has just added or changed it.
            Removal::None | Removal::Asked => None,
        })
    }
}
