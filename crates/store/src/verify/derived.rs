//! Compares the store's own books with the data they are derived from: counters, last messages, months, large content,
//! names, groups, removals and keys.

use std::collections::{BTreeMap, BTreeSet};

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_domain::folded::folded_name;
use privatus_domain::limits::FUTURE_TOLERANCE_MS;
use privatus_domain::{ConversationKind, Partition};
use privatus_schema::{
    Flag, LimitLiteral as _, SqlInt, SqlText, contacts, conversation_months, conversations, pending_removals,
};

use super::{BATCH, Verification};
use crate::db::at_most::ascends;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::partition::row_key;
use crate::partition::table::PartitionTable;
use crate::sweep::Removal;
use crate::tx::ReadTx;

/// SQL for the time by which a message is listed in the chat list: the arrival, if the message is dated far ahead of
/// the clock.
fn listed_at() -> String {
    format!("CASE WHEN timestamp - created_at > {FUTURE_TOLERANCE_MS} THEN created_at ELSE timestamp END")
}

/// The counters of a conversation.
#[derive(Queryable, Selectable)]
#[diesel(table_name = conversations, check_for_backend(Sqlite))]
struct CountersRow {
    conversation: SqlInt,
    conversation_id: SqlText,
    message_count: SqlInt,
    unread_count: SqlInt,
    last_partition: Option<SqlInt>,
    last_row_key: Option<SqlInt>,
    last_at: Option<SqlInt>,
}

/// A contact's name, and the folded name it is searched by.
#[derive(Queryable, Selectable)]
#[diesel(table_name = contacts, check_for_backend(Sqlite))]
struct NameRow {
    contact_id: SqlText,
    display_name: SqlText,
    folded_name: Option<SqlText>,
}

impl ReadTx<'_> {
    /// Compares every counter with the one statement that defines it, and the recorded last message with the newest.
    pub(super) fn verify_counters(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        for row in self.counters_read()? {
            let (number, id) = (row.conversation.0, row.conversation_id.0);
            let (messages, unread) = (row.message_count.0, row.unread_count.0);
            let (low, high) = row_key::range(number);
            let mut counted = (0, 0);
            let mut newest: Option<i64> = None;
            for partition in self.conversation_partitions(number)? {
                let Some(month) = self.partitions.get(&partition).cloned() else {
                    continue;
                };
                let sql = Sql::new(format!(
                    "SELECT count(*), coalesce(sum(is_outgoing = 0 AND is_read = 0), 0), \
                     CAST(max({}) AS INTEGER) FROM {} \
                     WHERE row_key BETWEEN ? AND ? AND is_deleted = 0",
                    listed_at(),
                    month.table
                ));
                let row: Option<(i64, i64, Option<i64>)> =
                    self.db.row(sql.bind(low).bind(high), "count messages")?;
                let (all, new, last) = row.unwrap_or_default();
                counted = (counted.0 + all, counted.1 + new);
                newest = newest.max(last);
            }
            found.conversations += 1;
            if counted != (messages, unread) {
                found.problem(format!(
                    "conversation {id} records {messages} messages and {unread} unread, but has {} and {}",
                    counted.0, counted.1
                ));
            }
            let pointed = self.listed_time(number, row.last_partition, row.last_row_key)?;
            if row.last_at.map(|at| at.0) != newest || pointed != newest {
                found.problem(format!("conversation {id} names the wrong last message"));
            }
        }
        Ok(())
    }

    /// Reads the counters of each conversation. A row with a value of the wrong type is reported elsewhere; the others
    /// are compared.
    fn counters_read(&mut self) -> Result<Vec<CountersRow>, StoreError> {
        let doing = "read the counters";
        let shown = || conversations::table.filter(conversations::is_hidden.eq(Flag(false)));
        let all = self
            .db
            .ask(doing, |db| shown().select(CountersRow::as_select()).load(db));
        match all {
            Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => {}
            all => return all,
        }
        let numbers: Vec<SqlInt> = self
            .db
            .ask(doing, |db| shown().select(conversations::conversation).load(db))?;
        let mut rows = Vec::with_capacity(numbers.len());
        for number in numbers {
            let row = self.db.ask(doing, |db| {
                let row = shown().filter(conversations::conversation.eq(number));
                row.select(CountersRow::as_select()).get_result(db)
            });
            match row {
                Ok(row) => rows.push(row),
                Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(rows)
    }

    /// Returns the time of the conversation's message at this place; `None` if no undeleted message of the conversation
    /// is there.
    fn listed_time(
        &mut self,
        number: i64,
        partition: Option<SqlInt>,
        key: Option<SqlInt>,
    ) -> Result<Option<i64>, StoreError> {
        let partition = partition.and_then(|number| Partition::from_number(i32::try_from(number.0).ok()?));
        let month = partition
            .and_then(|partition| self.partitions.get(&partition))
            .cloned();
        let (Some(month), Some(SqlInt(key))) = (month, key) else {
            return Ok(None);
        };
        if row_key::conversation(key) != number {
            return Ok(None);
        }
        let sql = Sql::new(format!(
            "SELECT CAST({} AS INTEGER) FROM {} WHERE row_key = ? AND is_deleted = 0",
            listed_at(),
            month.table
        ));
        self.db.row(sql.bind(key), "read a conversation's last message")
    }

    /// Checks that every conversation with rows in a month exists and lists that month, because paging skips months
    /// that are not listed.
    pub(super) fn verify_month(
        &mut self,
        found: &mut Verification,
        month: &PartitionTable,
        present: &BTreeSet<i64>,
    ) -> Result<(), StoreError> {
        let noted: Vec<SqlInt> = self.db.ask("list a month's conversations", |db| {
            conversation_months::table
                .inner_join(conversations::table)
                .filter(conversation_months::partition.eq(SqlInt(month.partition.number().into())))
                .select(conversation_months::conversation)
                .load(db)
        })?;
        let noted: BTreeSet<i64> = noted.into_iter().map(|number| number.0).collect();
        for number in present.difference(&noted) {
            found.problem(format!(
                "conversation {number} has messages in {} that no page shows",
                month.partition
            ));
        }
        Ok(())
    }

    /// Checks large content, groups, names and conversations with their pending removals.
    pub(super) fn verify_books(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        type Part = fn(&mut ReadTx<'_>, &mut Verification) -> Result<(), StoreError>;
        let parts: [(&str, Part); 4] = [
            ("large content", |tx, found| tx.verify_content(found)),
            ("groups", |tx, found| tx.verify_groups(found)),
            ("names", |tx, found| tx.verify_names(found)),
            ("conversations", |tx, found| tx.verify_conversations(found)),
        ];
        for (what, part) in parts {
            match part(self, found) {
                // A value of the wrong type is reported; the other parts are still checked.
                Err(StoreError::DatabaseDamaged(why)) if !self.db.is_spoiled() => {
                    found.problem(format!("{what}: {why}"));
                }
                checked => checked?,
            }
        }
        Ok(())
    }

    /// Checks that each contact and group has a conversation, that each conversation belongs to one, and that pending
    /// removals are genuine.
    fn verify_conversations(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        for on in self.conversations_lost()? {
            let (kind, id) = (on.kind, on.id());
            found.problem(format!(
                "{} {id} has no conversation, or a hidden one, although it was not removed",
                kind.as_str()
            ));
        }
        let is_group = conversations::kind.eq(SqlText(ConversationKind::Group.as_str()));
        let alone = is_group
            .and(conversations::group_id.is_null())
            .or(not(is_group).and(conversations::contact_id.is_null()));
        let is_shown = conversations::is_hidden.eq(Flag(false));
        let (orphans, unfinished) = self.db.ask("check the conversations", |db| {
            let orphans: Vec<SqlText> = conversations::table
                .filter(is_shown.and(alone))
                .select(conversations::conversation_id)
                .load(db)?;
            let removal = pending_removals::table
                .filter(pending_removals::conversation.eq(conversations::conversation));
            let unfinished: Vec<SqlText> = conversations::table
                .filter(not(is_shown).and(not(exists(removal))))
                .select(conversations::conversation_id)
                .load(db)?;
            Ok((orphans, unfinished))
        })?;
        for (ids, what) in [
            (orphans, "belongs to no contact or group"),
            (unfinished, "is hidden without a removal"),
        ] {
            for SqlText(id) in ids {
                found.problem(format!("conversation {id} {what}"));
            }
        }
        let removals: Vec<SqlInt> = self.db.ask("check the removals", |db| {
            pending_removals::table
                .order(pending_removals::conversation)
                .select(pending_removals::conversation)
                .load(db)
        })?;
        for SqlInt(number) in removals {
            if let Removal::Planted(why) = self.removal(number)? {
                found.problem(why);
            }
        }
        Ok(())
    }

    /// Checks that each folded name matches its name. A missing one is not a fault, because a search then reads the
    /// name itself.
    fn verify_names(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        let mut after = String::new();
        loop {
            let rows = self.db.ask("check the names", |db| {
                contacts::table
                    .filter(contacts::contact_id.gt(SqlText(after.as_str())))
                    .filter(contacts::folded_name.is_not_null())
                    .order(contacts::contact_id)
                    .select(NameRow::as_select())
                    .limit_literal(BATCH)
                    .load(db)
            })?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            ascends(&after, &last.contact_id.0, "check the names")?;
            after.clone_from(&last.contact_id.0);
            for row in rows {
                let folded = folded_name(&row.display_name.0);
                // No contact can be given an empty name; it is reported with its row.
                let is_named = !row.display_name.0.trim().is_empty();
                if is_named && row.folded_name.is_some_and(|found| found.0 != folded) {
                    let id = row.contact_id.0;
                    found.problem(format!(
                        "the name by which contact {id} is searched does not match its display name: plain SQL changed one \
                         of them; rename the contact to repair it"
                    ));
                }
            }
        }
    }

    /// Checks that every wrapped key opens in its place, that no number will be assigned twice, and that the vault's
    /// own row is correct.
    pub(super) fn verify_keys(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        let own = self.own_row()?;
        let next = own.next_key.and_then(|next| u32::try_from(next).ok());
        let survey = self.keys_survey(&BTreeMap::new(), next)?;
        found.values += survey.opened;
        survey.told().for_each(|told| found.problem(told.clone()));
        own.told().into_iter().for_each(|told| found.problem(told));
        let Some(next) = own.next_key else {
            return Ok(());
        };
        let highest = i64::from(survey.highest);
        if next <= highest {
            found.problem("the next key would get a number that is already used".into());
        }
        let missing = next.saturating_sub(1).saturating_sub(highest);
        if missing > 0 {
            found.problem(format!(
                "{missing} {} no row, although even a destroyed key keeps its row",
                if missing == 1 {
                    "key that was created has"
                } else {
                    "keys that were created have"
                }
            ));
        }
        Ok(())
    }
}
