//! Moves messages of `messages_late` into their month once it has come, in bounded batches (docs/adr/0002).

use std::sync::Arc;

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use privatus_domain::{Partition, Timestamp};
use privatus_schema::{SqlInt, conversation_months, conversations};

use super::check_number;
use crate::db::at_most::AtMost;
use crate::db::hot;
use crate::db::one_row::not_taken;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::keys::role::KeyRole;
use crate::message::row::Row;
use crate::partition::catalogue::PARTITIONS_MAX;
use crate::partition::row_key;
use crate::partition::table::PartitionTable;
use crate::store::Store;
use crate::tx::{ReadTx, WriteTx};

/// The number of messages that one transaction moves.
const BATCH: usize = 200;

impl Store {
    /// Moves messages that were dated ahead of the clock into their month, once it is within reach; returns how many.
    /// This runs at every unlock, with one transaction for each batch. A store that stays open past the end of a month
    /// shows such messages above newer ones until this is called again.
    ///
    /// # Errors
    /// [`StoreError`] of the database; messages already moved stay moved, and the next call continues.
    pub fn late_messages_sweep(&self) -> Result<u64, StoreError> {
        if !self.shared.catalogue().partitions.contains_key(&Partition::LATE) {
            return Ok(0);
        }
        let pending = self.read(|tx| {
            if !tx.partitions.contains_key(&Partition::LATE) {
                return Ok(Vec::new());
            }
            tx.db.ask("list late messages", |db| {
                conversation_months::table
                    .filter(conversation_months::partition.eq(SqlInt(Partition::LATE.number().into())))
                    .order(conversation_months::conversation)
                    .select(conversation_months::conversation)
                    .load::<SqlInt>(db)
            })
        })?;
        let mut moved = 0;
        for SqlInt(number) in pending {
            check_number(number)?;
            moved += self.late_conversation_sweep(number, || ())?;
        }
        Ok(moved)
    }

    /// Moves the late messages of one conversation; `between` runs after each batch, outside any transaction.
    fn late_conversation_sweep(&self, number: i64, between: impl Fn()) -> Result<u64, StoreError> {
        let rows = self.read(|tx| tx.late_counted(number))?;
        let mut most = AtMost::of(rows, "move late messages");
        let mut moved = 0;
        loop {
            self.shared.go_on()?;
            let batch = self.write("settle_late", |tx| tx.late_batch(number))?;
            between();
            moved += batch;
            if batch == 0 {
                return Ok(moved);
            }
            let goes_on = most.goes_on(batch, || {
                self.write("settle_late", |tx| {
                    let before = tx.late_counted(number)?;
                    let batch = tx.late_batch(number)?;
                    moved += batch;
                    Ok((before, batch, tx.late_counted(number)?))
                })
            })?;
            if !goes_on {
                return Ok(moved);
            }
        }
    }
}

impl ReadTx<'_> {
    /// Counts the late messages of a conversation.
    fn late_counted(&mut self, number: i64) -> Result<i64, StoreError> {
        let Some(late) = self.partitions.get(&Partition::LATE).cloned() else {
            return Ok(0);
        };
        let (low, high) = row_key::range(number);
        let sql = Sql::new(format!(
            "SELECT count(*) FROM {} WHERE row_key BETWEEN ? AND ?",
            late.table
        ));
        let rows: Option<i64> = self.db.row(sql.bind(low).bind(high), "count late messages")?;
        Ok(rows.unwrap_or_default())
    }
}

impl WriteTx<'_> {
    /// Moves the oldest late messages of one conversation that have a month now, in the order in which they are read.
    fn late_batch(&mut self, number: i64) -> Result<u64, StoreError> {
        let Some(late) = self.partitions.get(&Partition::LATE).cloned() else {
            return Ok(0);
        };
        let end = Partition::late_from(self.now()).unix_ms();
        let sql = Sql::new(late.page(false, BATCH));
        let rows: Vec<Row> = self.db.rows(
            sql.bind(number).bind(i64::MIN).bind(i64::MIN),
            "read late messages",
        )?;
        let mut moved = Vec::new();
        for row in rows.into_iter().take_while(|row| row.at < end) {
            let partition = Partition::route(Timestamp::from_unix_ms(row.at)?, self.now());
            if !self.partitions.contains_key(&partition) && self.partitions.len() >= PARTITIONS_MAX {
                break;
            }
            let month = self.partition_ensure(partition)?;
            self.late_move(number, &late, &month, &row)?;
            moved.push(row.row_key);
        }
        self.last_is_elsewhere(number, &moved)?;
        if !moved.is_empty() && !self.has_rows(&late, number)? {
            let late = SqlInt(Partition::LATE.number().into());
            self.db.ask_one("note a conversation's month", |db| {
                diesel::delete(conversation_months::table.find((SqlInt(number), late))).execute(db)
            })?;
        }
        Ok(u64::try_from(moved.len()).unwrap_or_default())
    }

    /// Checks that the conversation's last message is not one of those moved. At most one of them was the last, so the
    /// row counts of the updates say nothing.
    fn last_is_elsewhere(&mut self, number: i64, moved: &[i64]) -> Result<(), StoreError> {
        let doing = "move a conversation's last message";
        let is_left = self.db.ask(doing, |db| {
            let keys = moved.iter().map(|key| SqlInt(*key));
            let last = conversations::table
                .find(SqlInt(number))
                .filter(conversations::last_partition.eq(SqlInt(Partition::LATE.number().into())))
                .filter(conversations::last_row_key.eq_any(keys));
            select(exists(last)).get_result::<bool>(db)
        })?;
        if is_left { Err(not_taken(doing)) } else { Ok(()) }
    }

    fn has_rows(&mut self, table: &PartitionTable, conversation: i64) -> Result<bool, StoreError> {
        let sql = Sql::new(table.with_table(hot::ROW_OF_CONVERSATION)).bind(conversation);
        let found: Option<i64> = self.db.row(sql, "look for more late messages")?;
        Ok(found.is_some())
    }

    /// Moves one message: seals it under its month's key, with its large content, and updates the register and the
    /// conversation's last message.
    fn late_move(
        &mut self,
        number: i64,
        late: &Arc<PartitionTable>,
        month: &Arc<PartitionTable>,
        row: &Row,
    ) -> Result<(), StoreError> {
        let (old_key, at, id) = (row.row_key, Timestamp::from_unix_ms(row.at)?, &row.id);
        let wanted = row_key::wanted(number, month.partition, at)
            .ok_or_else(|| StoreError::Unexpected("a late message has no month".into()))?;
        let new_key = self.free_key(month, wanted, row_key::range(number).1)?;
        let mut envelope = Vec::new();
        if row.is_deleted && !row.content.is_empty() {
            // A deletion empties the content in the same statement, so this mark was planted. Moving would complete the
            // deletion.
            return Err(StoreError::DatabaseDamaged(format!(
                "late message {id} is marked as deleted and still has content; it was not moved"
            )));
        }
        if !row.is_deleted {
            let body = self.body_open(late.partition, id, &row.content)?;
            let text = id.to_string();
            self.content_delete(&text, "move large content")?;
            let key = self.key_to_seal(month.key_number, KeyRole::Month(month.partition))?;
            self.body_seal(id, &body, month.key_number, &key, &mut envelope)?;
        }
        // Columns that `Row` does not have, such as the expiry, are copied unread.
        let sql = Sql::new(format!(
            "INSERT INTO {} (row_key, message_id, sender, content, is_outgoing, is_encrypted, is_read, is_deleted, \
             timestamp, edited_at, deleted_at, expires_at, created_at, updated_at, reply_to) \
             SELECT ?, message_id, sender, ?, is_outgoing, is_encrypted, is_read, is_deleted, timestamp, edited_at, \
             deleted_at, expires_at, created_at, updated_at, reply_to FROM {} WHERE row_key = ?",
            month.table, late.table
        ));
        let sql = sql.bind(new_key).bind(envelope.as_slice()).bind(old_key);
        self.db.run_one(sql, "move a message")?;
        let sql = Sql::new(format!("DELETE FROM {} WHERE row_key = ?", late.table));
        self.db.run_one(sql.bind(old_key), "move a message")?;

        let partition = month.partition.number();
        let lookup = self.lookup_key(&privatus_domain::MessageId::new(id.clone()));
        let sql = Sql::new(hot::LOCATOR_MOVE);
        let sql = sql.bind(partition).bind(new_key).bind(lookup.as_slice());
        self.db.run_one(sql, "register a message")?;
        self.conversation_month_note(number, month.partition)?;
        // The conversation's time in the chat list stays: for messages dated too far ahead, it is the time of arrival.
        let sql = Sql::new(hot::CONVERSATION_LAST_MOVE);
        let sql = sql
            .bind(partition)
            .bind(new_key)
            .bind(number)
            .bind(late.partition.number())
            .bind(old_key);
        self.db.run(sql, "move a conversation's last message").map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use privatus_domain::{Body, NewMessage};

    use super::*;
    use crate::testing::{Vault, at, message, options, unlock_at};
    use crate::{PageStart, Store};

    static NOW: AtomicI64 = AtomicI64::new(0);

    fn clock() -> Timestamp {
        Timestamp::from_unix_ms(NOW.load(Ordering::Relaxed)).unwrap()
    }

    fn page(store: &Store, chat: &privatus_domain::ConversationId) -> Vec<String> {
        let page = store
            .read(|tx| tx.messages_page(chat, &PageStart::Newest, 1_000))
            .unwrap();
        page.messages
            .iter()
            .map(|message| message.id.to_string())
            .collect()
    }

    fn count(store: &Store, sql: &str) -> i64 {
        store
            .read(|tx| tx.db.row(Sql::new(sql), "count"))
            .unwrap()
            .flatten()
            .unwrap()
    }

    #[test]
    fn late_messages_move_into_their_month_when_it_comes() {
        NOW.store(at("2025-06-15T12:00:00Z").unix_ms(), Ordering::Relaxed);
        let vault = Vault::with(&options(clock));
        let mut batch: Vec<NewMessage> = vec![
            message("far", "2099-01-01T00:00:00Z"),
            message("august", "2025-08-20T00:00:00Z"),
            message("june", "2025-06-10T00:00:00Z"),
            message("september", "2025-09-01T00:00:00Z"),
            message("october", "2025-10-01T00:00:00Z"),
        ];
        batch[1].body = Body::text("é".repeat(9_000)).unwrap();
        batch[3].deleted_at = Some(clock());
        // More than one batch, all of the same instant: they keep their order of arrival.
        batch.extend((0..450).map(|i| message(&format!("tie {i:03}"), "2025-08-20T00:00:00Z")));
        vault
            .store
            .write("batch", |tx| tx.messages_insert(&vault.chat, &batch))
            .unwrap();
        let before = vault.store.read(|tx| tx.conversation_by_id(&vault.chat)).unwrap();
        let (chat, content) = (vault.chat.clone(), batch[1].body.clone());
        assert_eq!(vault.store.late_messages_sweep().unwrap(), 0, "no month has come");
        let (_folder, path) = vault.lock();

        NOW.store(at("2025-08-02T00:00:00Z").unix_ms(), Ordering::Relaxed);
        let store = unlock_at(&path, clock).unwrap();
        assert!(store.warnings().is_empty(), "{:?}", store.warnings());
        assert_eq!(
            count(&store, "SELECT count(*) FROM messages_late"),
            2,
            "2099 and October"
        );
        assert_eq!(count(&store, "SELECT count(*) FROM messages_202508"), 451);
        assert_eq!(count(&store, "SELECT count(*) FROM messages_202509"), 1);
        let new = message("newest", "2025-08-02T00:00:00Z");
        store.write("send", |tx| tx.message_insert(&chat, &new)).unwrap();

        let mut expected = vec!["far".to_owned(), "october".into(), "september".into()];
        expected.extend((0..450).rev().map(|i| format!("tie {i:03}")));
        expected.extend(["august", "newest", "june"].map(String::from));
        assert_eq!(page(&store, &chat), expected);
        let august = store.read(|tx| tx.message_by_id(&"august".parse()?)).unwrap();
        assert_eq!(august.body, Some(content));
        assert_eq!(august.arrived_at, at("2025-06-15T12:00:00Z"));
        let now = store.read(|tx| tx.conversation_by_id(&chat)).unwrap();
        assert_eq!(
            (now.messages, now.unread),
            (before.messages + 1, before.unread + 1)
        );
        assert_eq!(now.last_message.unwrap().to_string(), "newest");
        let found = store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
        assert!(found.is_content(), "{:?}", found.problems);
        let again = store
            .write("again", |tx| tx.messages_insert(&chat, &batch))
            .unwrap();
        assert_eq!(again.added, 0);
        store.close().unwrap();

        NOW.store(at("2100-01-01T00:00:00Z").unix_ms(), Ordering::Relaxed);
        let store = unlock_at(&path, clock).unwrap();
        assert_eq!(count(&store, "SELECT count(*) FROM messages_late"), 0);
        let left = "SELECT count(*) FROM conversation_months WHERE partition = 999999";
        assert_eq!(count(&store, left), 0);
        assert_eq!(page(&store, &chat), expected);
    }

    #[test]
    fn the_last_message_is_followed_to_its_month() {
        let vault = Vault::new();
        vault.receive(&[
            ("early", "2025-01-01T00:00:00Z"),
            ("late", "2025-08-20T00:00:00Z"),
        ]);
        let last = |store: &Store| store.read(|tx| tx.conversations(1)).unwrap().remove(0);
        let before = last(&vault.store);
        assert_eq!(before.last_message.as_ref().unwrap().to_string(), "late");
        let (_folder, path) = vault.lock();
        let store = unlock_at(&path, || at("2025-08-01T00:00:00Z")).unwrap();
        assert_eq!(count(&store, "SELECT count(*) FROM messages_late"), 0);
        assert_eq!(last(&store), before);
        let found = store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
        assert!(found.is_content(), "{:?}", found.problems);
    }

    /// The other process's clock is behind. No tampering may be reported.
    #[test]
    fn a_late_message_that_comes_meanwhile_accuses_nobody() {
        static NOW: AtomicI64 = AtomicI64::new(0);
        let set = |time: &str| NOW.store(at(time).unix_ms(), Ordering::Relaxed);
        set("2025-06-15T12:00:00Z");
        let vault = Vault::with(&options(|| {
            Timestamp::from_unix_ms(NOW.load(Ordering::Relaxed)).unwrap()
        }));
        vault.receive(&[("late", "2025-08-20T00:00:00Z")]);
        let number = vault
            .store
            .read(|tx| Ok::<_, StoreError>(tx.conversation_ref(&vault.chat)?.number));
        let came = AtomicI64::new(0);
        set("2025-08-02T00:00:00Z");
        let moved = vault.store.late_conversation_sweep(number.unwrap(), || {
            if came.fetch_add(1, Ordering::Relaxed) == 0 {
                set("2025-06-15T12:00:00Z");
                vault.receive(&[("meanwhile", "2025-08-21T00:00:00Z")]);
                set("2025-08-02T00:00:00Z");
            }
        });
        assert_eq!(moved.unwrap(), 2);
        assert_eq!(count(&vault.store, "SELECT count(*) FROM messages_late"), 0);
        assert_eq!(vault.verify().problems, Vec::<String>::new());
    }
}
