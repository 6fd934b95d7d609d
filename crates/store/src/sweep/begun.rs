//! Checks what removing a contact or a group must do at once. The schema's triggers and references do it; a planted
//! trigger can undo each of their steps while the first statement still reports success.

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use privatus_schema::{
    DbId, Flag, SqlInt, SqlText, contacts, conversations, file_transfers, group_bans, group_members, groups,
    pending_removals, senders,
};

use crate::db::one_row::not_taken;
use crate::error::StoreError;
use crate::tx::WriteTx;

impl WriteTx<'_> {
    /// Checks that nothing refers to the contact any more and that its conversation is queued for the sweep.
    ///
    /// # Errors
    /// [`StoreError::DatabaseDamaged`] if a step did not happen; the caller must then give up the transaction.
    pub(crate) fn contact_is_gone(&mut self, id: &str, conversation: Option<i64>) -> Result<(), StoreError> {
        let doing = "remove a contact";
        let is_named = self.db.ask(doing, |db| {
            let id = DbId(id);
            let transfer = file_transfers::contact_id.eq(SqlText(id.0));
            select(
                exists(contacts::table.find(id))
                    .or(exists(
                        group_members::table.filter(group_members::contact_id.eq(id)),
                    ))
                    .or(exists(group_bans::table.filter(group_bans::contact_id.eq(id))))
                    .or(exists(senders::table.filter(senders::contact_id.eq(id))))
                    .or(exists(file_transfers::table.filter(transfer))),
            )
            .get_result::<bool>(db)
        })?;
        self.is_begun(is_named, conversation, doing)
    }

    /// Checks that nothing refers to the group any more and that its conversation is queued for the sweep.
    ///
    /// # Errors
    /// Those of [`contact_is_gone`](Self::contact_is_gone).
    pub(crate) fn group_is_gone(&mut self, id: &str, conversation: Option<i64>) -> Result<(), StoreError> {
        let doing = "remove a group";
        let is_named = self.db.ask(doing, |db| {
            let id = DbId(id);
            let transfer = file_transfers::group_id.eq(SqlText(id.0));
            select(
                exists(groups::table.find(id))
                    .or(exists(
                        group_members::table.filter(group_members::group_id.eq(id)),
                    ))
                    .or(exists(group_bans::table.filter(group_bans::group_id.eq(id))))
                    .or(exists(senders::table.filter(senders::group_id.eq(id))))
                    .or(exists(file_transfers::table.filter(transfer))),
            )
            .get_result::<bool>(db)
        })?;
        self.is_begun(is_named, conversation, doing)
    }

    fn is_begun(&mut self, is_named: bool, conversation: Option<i64>, doing: &str) -> Result<(), StoreError> {
        let waits = match conversation {
            _ if is_named => false,
            None => true,
            Some(number) => self.db.ask("look for a removal", |db| {
                let hidden = conversations::table
                    .find(SqlInt(number))
                    .filter(conversations::is_hidden.eq(Flag(true)))
                    .filter(conversations::contact_id.is_null())
                    .filter(conversations::group_id.is_null());
                let pending = pending_removals::table.find(SqlInt(number));
                select(exists(hidden).and(exists(pending))).get_result::<bool>(db)
            })?,
        };
        if waits { Ok(()) } else { Err(not_taken(doing)) }
    }
}
