//! The store's own books, each compared with what it stands for: counters, last messages, months, large content,
//! names, groups, removals and keys.

use std::collections::BTreeSet;

use privatus_domain::folded::folded_name;
use privatus_domain::limits::FUTURE_TOLERANCE_MS;
use privatus_domain::{MessageId, Partition};

use super::{BATCH, Verification};
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::message::row::Located;
use crate::partition::row_key;
use crate::partition::table::PartitionTable;
use crate::tx::ReadTx;

/// The time by which a message stands in the chat list: its arrival when it claims to be far ahead of the clock.
fn listed_at() -> String {
    format!("CASE WHEN timestamp - created_at > {FUTURE_TOLERANCE_MS} THEN created_at ELSE timestamp END")
}

/// Conversation, id, messages, unread, last partition, last row key, last time.
type Counters = (i64, String, i64, i64, Option<i64>, Option<i64>, Option<i64>);

impl ReadTx<'_> {
    /// Compares every counter with the one statement that defines it, and the last message with the newest.
    pub(super) fn verify_counters(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        let sql = Sql::new(
            "SELECT conversation, conversation_id, message_count, unread_count, last_partition, last_row_key, last_at \
             FROM conversations WHERE is_hidden = 0",
        );
        let rows: Vec<Counters> = self.db.rows(sql, "read the counters")?;
        for (number, id, messages, unread, last_partition, last_row_key, last_at) in rows {
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
                    "conversation {id} says {messages} messages and {unread} unread, and has {} and {}",
                    counted.0, counted.1
                ));
            }
            let pointed = self.listed_time(number, last_partition, last_row_key)?;
            if last_at != newest || pointed != newest {
                found.problem(format!("conversation {id} names another message than its last"));
            }
        }
        Ok(())
    }

    /// The time of a conversation's message at a place; `None` when none of its living messages stands there.
    fn listed_time(
        &mut self,
        number: i64,
        partition: Option<i64>,
        key: Option<i64>,
    ) -> Result<Option<i64>, StoreError> {
        let partition = partition.and_then(|number| Partition::from_number(i32::try_from(number).ok()?));
        let month = partition
            .and_then(|partition| self.partitions.get(&partition))
            .cloned();
        let (Some(month), Some(key)) = (month, key) else {
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

    /// Every conversation with rows in a month is there, and its list of months says so: paging skips the others.
    pub(super) fn verify_month(
        &mut self,
        found: &mut Verification,
        month: &PartitionTable,
        conversations: &BTreeSet<i64>,
    ) -> Result<(), StoreError> {
        let sql = Sql::new(
            "SELECT m.conversation FROM conversation_months m JOIN conversations c USING (conversation) \
             WHERE m.partition = ?",
        );
        let noted: Vec<i64> = self
            .db
            .rows(sql.bind(month.partition.number()), "list a month's conversations")?;
        let noted: BTreeSet<i64> = noted.into_iter().collect();
        for number in conversations.difference(&noted) {
            found.problem(format!(
                "conversation {number} has messages in {} that no page shows",
                month.partition
            ));
        }
        Ok(())
    }

    /// Large content without its message; groups against their rules; conversations with nobody; removals that nothing would
    /// finish.
    pub(super) fn verify_books(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        self.verify_content(found)?;
        self.verify_groups(found)?;
        self.verify_names(found)?;
        for (sql, what) in [
            (
                "SELECT conversation_id FROM conversations WHERE is_hidden = 0 \
                 AND CASE kind WHEN 'group' THEN group_id ELSE contact_id END IS NULL",
                "belongs to no contact or group",
            ),
            (
                "SELECT conversation_id FROM conversations WHERE is_hidden <> EXISTS \
                 (SELECT 1 FROM pending_removals p WHERE p.conversation = conversations.conversation)",
                "is hidden without a removal, or the other way round",
            ),
        ] {
            let ids: Vec<String> = self.db.rows(Sql::new(sql), "check the conversations")?;
            for id in ids {
                found.problem(format!("conversation {id} {what}"));
            }
        }
        Ok(())
    }

    /// A folded name is that of the name. One that is missing is none of a fault: a search reads the name itself.
    fn verify_names(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        let mut after = String::new();
        loop {
            let sql = Sql::new(format!(
                "SELECT contact_id, display_name, folded_name FROM contacts \
                 WHERE contact_id > ? AND folded_name IS NOT NULL ORDER BY contact_id LIMIT {BATCH}"
            ));
            let rows: Vec<(String, String, String)> =
                self.db.rows(sql.bind(after.as_str()), "check the names")?;
            let Some((last, ..)) = rows.last() else {
                return Ok(());
            };
            after.clone_from(last);
            for (id, name, folded) in rows {
                if folded != folded_name(&name) {
                    found.problem(format!(
                        "contact {id} is found by another name than its own: plain SQL changed it; \
                         `privatus contacts rename` with its name mends it"
                    ));
                }
            }
        }
    }

    fn verify_content(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        let mut after = String::new();
        loop {
            let sql = Sql::new(format!(
                "SELECT message_id FROM message_content WHERE message_id > ? ORDER BY message_id LIMIT {BATCH}"
            ));
            let ids: Vec<String> = self.db.rows(sql.bind(after.as_str()), "list large content")?;
            let Some(last) = ids.last() else { break };
            after.clone_from(last);
            for id in ids {
                let located = match id.parse::<MessageId>() {
                    Ok(id) => self.locate(&id),
                    Err(_) => Ok(Located::Absent),
                };
                let has_message = match located {
                    Ok(Located::At(month, key)) => {
                        let table = &month.table;
                        let sql = Sql::new(format!("SELECT is_deleted FROM {table} WHERE row_key = ?"));
                        self.db.row(sql.bind(key), "read a message")? == Some(false)
                    }
                    Ok(_) | Err(StoreError::DatabaseDamaged(_)) => false,
                    Err(error) => return Err(error),
                };
                if !has_message {
                    found.problem(format!("large content of message {id} has no message"));
                }
            }
        }
        Ok(())
    }

    /// Every wrapped key opens in its place, and no number will be given out twice.
    pub(super) fn verify_keys(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        type Row = (i64, String, String, Vec<u8>);
        let sql =
            Sql::new("SELECT key_number, key_type, scope, encrypted_key FROM key_store ORDER BY key_number");
        let rows: Vec<Row> = self.db.rows(sql, "read the keys")?;
        for (number, kind, scope, wrapped) in rows {
            // A destroyed key leaves its row, emptied.
            if wrapped.is_empty() {
                continue;
            }
            let opened = u32::try_from(number).is_ok_and(|number| {
                let root = &self.shared.root;
                root.unwrap(&self.shared.vault_id, number, &kind, &scope, &wrapped)
                    .is_ok()
            });
            if opened {
                found.values += 1;
            } else {
                found.problem(format!("key {number} ({kind} {scope}) does not open"));
            }
        }
        let sql = Sql::new(
            "SELECT count(*) FROM vault_state WHERE next_key_number <= (SELECT max(key_number) FROM key_store)",
        );
        if self.db.row::<i32>(sql, "read the next key's number")? != Some(0) {
            found.problem("the next key would take a number that is taken".into());
        }
        let sql = Sql::new(
            "SELECT (SELECT next_key_number - 1 FROM vault_state WHERE id = 1) - (SELECT count(*) FROM key_store)",
        );
        let missing: Option<i64> = self.db.row(sql, "count the keys")?;
        if let Some(missing @ 1..) = missing {
            found.problem(format!(
                "{missing} keys that were made have no row; a destroyed one keeps it"
            ));
        }
        Ok(())
    }
}
