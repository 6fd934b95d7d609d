//! Removes the messages of a removed contact or group: hidden at once, deleted in bounded batches, resumable after a
//! crash.

use diesel::dsl::{exists, not, select};
use diesel::prelude::*;
use privatus_domain::{Id, MessageId};
use privatus_schema::{SqlInt, conversations, pending_removals};

use super::check_number;
use super::pending::{ASKED, Removal};
use crate::db::at_most::AtMost;
use crate::db::hot;
use crate::db::one_row::not_taken;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::partition::row_key;
use crate::store::Store;
use crate::tx::{ReadTx, WriteTx};

/// The number of messages that one transaction deletes.
const BATCH: usize = 500;

impl Store {
    /// Deletes the messages of removed contacts and groups, one transaction for each batch, until none are left;
    /// returns how many.
    ///
    /// # Errors
    /// [`StoreError`] of the database; messages already deleted stay deleted, and the next sweep continues.
    /// [`StoreError::DatabaseDamaged`] for a removal that nobody asked for, after the others are done; it deletes
    /// nothing.
    pub fn removals_sweep(&self) -> Result<u64, StoreError> {
        // Most opens find none. A planted removal must not prevent a genuine one from finishing.
        let pending: Option<Vec<i64>> = self.read(|tx| {
            let is_any = tx.is_any_removal()?;
            is_any
                .then(|| tx.db.rows(Sql::new(ASKED), "list the removals"))
                .transpose()
        })?;
        let Some(pending) = pending else {
            return Ok(0);
        };
        let mut removed = 0;
        for number in pending {
            check_number(number)?;
            removed += self.removal_sweep(number, || ())?;
        }
        let refused = self.read(|tx| tx.removals_refused())?;
        refused.map_or(Ok(removed), |why| Err(StoreError::DatabaseDamaged(why)))
    }

    /// Runs one removal; `between` runs after each batch, outside any transaction.
    fn removal_sweep(&self, number: i64, between: impl Fn()) -> Result<u64, StoreError> {
        let rows = self.read(|tx| tx.rows_counted(number))?;
        let mut most = AtMost::of(rows, "delete removed messages");
        let mut removed = 0;
        loop {
            self.shared.go_on()?;
            let batch = self.write("removal_batch", |tx| tx.removal_batch(number))?;
            between();
            removed += batch;
            if batch == 0 {
                return Ok(removed);
            }
            // Another process may have finished the sweep, reused the number for a new conversation, and removed that
            // too.
            let goes_on = most.goes_on(batch, || {
                self.write("removal_batch", |tx| {
                    let before = tx.rows_counted(number)?;
                    let batch = tx.removal_batch(number)?;
                    removed += batch;
                    Ok((before, batch, tx.rows_counted(number)?))
                })
            })?;
            if !goes_on {
                return Ok(removed);
            }
        }
    }
}

impl WriteTx<'_> {
    pub(crate) fn removal_batch(&mut self, number: i64) -> Result<u64, StoreError> {
        // Another process may have removed the last messages and reused the number for a new conversation.
        match self.removal(number)? {
            Removal::None => return Ok(0),
            Removal::Asked => {}
            Removal::Planted(why) => return Err(StoreError::DatabaseDamaged(why)),
        }
        let (low, high) = row_key::range(number);
        for partition in self.conversation_partitions(number)? {
            let Some(month) = self.partitions.get(&partition).cloned() else {
                continue;
            };
            let table = &month.table;
            let sql = Sql::new(format!(
                "SELECT row_key, message_id FROM {table} WHERE row_key BETWEEN ? AND ? ORDER BY row_key LIMIT {BATCH}"
            ));
            let rows: Vec<(i64, Id)> = self
                .db
                .rows(sql.bind(low).bind(high), "find messages to delete")?;
            if rows.is_empty() {
                continue;
            }
            let mut large = Vec::with_capacity(rows.len());
            for (key, id) in &rows {
                let lookup = self.lookup_key(&MessageId::new(id.clone()));
                let text = id.to_string();
                self.content_delete(&text, "remove large content")?;
                let entry = Sql::new(hot::LOCATOR_REMOVE);
                self.db
                    .run_one(entry.bind(lookup.as_slice()), "note a removed message")?;
                let row = Sql::new(format!("DELETE FROM {table} WHERE row_key = ?")).bind(*key);
                self.db.run_one(row, "remove a message")?;
                large.push(text);
            }
            self.contents_are_gone(&large, "remove large content")?;
            return Ok(u64::try_from(rows.len()).unwrap_or_default());
        }
        let removed = self.db.ask("remove a conversation", |db| {
            diesel::delete(conversations::table.find(SqlInt(number))).execute(db)
        })?;
        // The removal was deleted with the conversation. If there was no conversation, delete the removal separately.
        let is_left = self.removal_is_pending(number)?;
        if is_left && removed == 0 {
            self.db.ask_one("remove a conversation", |db| {
                let conversation = conversations::table.find(SqlInt(number));
                diesel::delete(
                    pending_removals::table
                        .find(SqlInt(number))
                        .filter(not(exists(conversation))),
                )
                .execute(db)
            })?;
        } else if is_left {
            return Err(not_taken("remove a conversation"));
        }
        Ok(0)
    }

    fn removal_is_pending(&mut self, number: i64) -> Result<bool, StoreError> {
        self.db.ask("look for a removal", |db| {
            select(exists(pending_removals::table.find(SqlInt(number)))).get_result::<bool>(db)
        })
    }
}

impl ReadTx<'_> {
    /// Counts the rows of a conversation in its months.
    pub(crate) fn rows_counted(&mut self, number: i64) -> Result<i64, StoreError> {
        let (low, high) = row_key::range(number);
        let mut counted = 0_i64;
        for partition in self.conversation_partitions(number)? {
            let Some(month) = self.partitions.get(&partition).cloned() else {
                continue;
            };
            let sql = Sql::new(format!(
                "SELECT count(*) FROM {} WHERE row_key BETWEEN ? AND ?",
                month.table
            ));
            let rows: Option<i64> = self
                .db
                .row(sql.bind(low).bind(high), "count messages to delete")?;
            counted = counted.saturating_add(rows.unwrap_or_default());
        }
        Ok(counted)
    }
}

#[cfg(test)]
mod tests {
    use privatus_domain::{DisplayName, GroupKind, NewGroup, NewMessage, SenderRef};

    use super::BATCH;
    use crate::db::statement::Sql;
    use crate::testing::{Vault, message, unlock};
    use crate::{PageStart, StoreError};

    /// Removes Alice and returns the number of her conversation; nothing is swept yet.
    fn removed(vault: &Vault) -> i64 {
        vault
            .store
            .write("remove", |tx| {
                let number = tx.conversation_ref(&vault.chat)?.number;
                tx.contact_remove(&"alice".parse()?)?;
                Ok::<_, StoreError>(number)
            })
            .unwrap()
    }

    /// Batches committed before a kill stay deleted, and the next open deletes the rest.
    #[test]
    fn a_removal_goes_on_where_it_ended() {
        let vault = Vault::new();
        let ids: Vec<String> = (0..3 * BATCH).map(|number| format!("m{number}")).collect();
        let batch: Vec<_> = ids
            .iter()
            .map(|id| (id.as_str(), "2025-06-01T00:00:00Z"))
            .collect();
        vault.receive(&batch);
        let number = removed(&vault);
        let left = || {
            let sql = Sql::new("SELECT count(*) FROM messages_202506");
            vault.store.read(|tx| tx.db.row::<i64>(sql, "count")).unwrap()
        };
        for turn in 0..2 {
            assert_eq!(left(), Some(1_500 - turn * 500));
            let removed = vault.store.write("removal_batch", |tx| tx.removal_batch(number));
            assert_eq!(removed.unwrap(), 500);
            assert_eq!(vault.verify().problems, Vec::<String>::new());
            assert!(vault.store.read(|tx| tx.conversations(10)).unwrap().is_empty());
        }
        assert_eq!(left(), Some(500));
        let (_folder, path) = vault.lock();
        let store = unlock(&path).unwrap();
        assert_eq!(store.removals_sweep().unwrap(), 0, "the open swept the rest");
        let found = store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
        assert!(found.is_content() && found.messages == 0, "{:?}", found.problems);
    }

    /// Two sweeps at once: the other one has finished, and the number belongs to a new conversation.
    #[test]
    fn a_number_that_was_given_again_is_not_swept() {
        let vault = Vault::new();
        let number = removed(&vault);
        vault.store.removals_sweep().unwrap();
        let bob = crate::testing::contact(&vault.store, "bob");
        let given = vault
            .store
            .write("send", |tx| {
                let sender = SenderRef::Contact("bob".parse()?);
                let message = message("of bob", "2025-06-01T00:00:00Z");
                tx.message_insert(&bob, &NewMessage { sender, ..message })?;
                Ok::<_, StoreError>(tx.conversation_ref(&bob)?.number)
            })
            .unwrap();
        assert_eq!(given, number, "the case that is tested");
        let removed = vault.store.write("removal_batch", |tx| tx.removal_batch(number));
        assert_eq!(removed.unwrap(), 0);
        let page = vault
            .store
            .read(|tx| tx.messages_page(&bob, &PageStart::Newest, 10));
        assert_eq!(page.unwrap().messages.len(), 1);
    }

    /// The other sweep's number was reused, and that conversation was removed too.
    #[test]
    fn a_removal_that_takes_a_number_meanwhile_accuses_nobody() {
        let vault = Vault::new();
        vault.receive(&[("one", "2025-06-01T00:00:00Z")]);
        let number = removed(&vault);
        let is_first = std::cell::Cell::new(true);
        let swept = vault.store.removal_sweep(number, || {
            if !is_first.replace(false) {
                return;
            }
            vault.store.removals_sweep().unwrap();
            let bob = crate::testing::contact(&vault.store, "bob");
            let given = vault.store.write("send", |tx| {
                let sender = SenderRef::Contact("bob".parse()?);
                let message = message("of bob", "2025-06-01T00:00:00Z");
                tx.message_insert(&bob, &NewMessage { sender, ..message })?;
                let number = tx.conversation_ref(&bob)?.number;
                tx.contact_remove(&"bob".parse()?)?;
                Ok::<_, StoreError>(number)
            });
            assert_eq!(given.unwrap(), number, "the case that is tested");
        });
        assert_eq!(swept.unwrap(), 2);
        vault.store.removals_sweep().unwrap();
        assert_eq!(vault.verify().problems, Vec::<String>::new());
    }

    #[test]
    fn a_plain_sql_delete_hides_at_once_and_is_swept_at_the_next_open() {
        let vault = Vault::new();
        let team = vault
            .store
            .write("group", |tx| {
                let (name, now) = (DisplayName::new("Team")?, tx.now());
                let team = tx.group_create(&NewGroup::new("team".parse()?, name, GroupKind::Secret, now))?;
                tx.message_insert(&team, &message("in the group", "2025-06-01T00:00:00Z"))?;
                Ok::<_, StoreError>(team)
            })
            .unwrap();
        vault.receive(&[
            ("direct", "2025-06-01T00:00:00Z"),
            ("late", "2030-01-01T00:00:00Z"),
        ]);
        vault.sql(
            "DELETE FROM groups WHERE group_id = 'team'; DELETE FROM contacts WHERE contact_id = 'alice'",
        );
        assert!(
            vault.store.read(|tx| tx.conversations(10)).unwrap().is_empty(),
            "hidden at once"
        );
        for chat in [&team, &vault.chat] {
            let page = vault
                .store
                .read(|tx| tx.messages_page(chat, &PageStart::Newest, 10));
            assert!(matches!(page, Err(StoreError::NotFound(_))));
        }
        assert_eq!(vault.verify().problems, Vec::<String>::new());
        let (_folder, path) = vault.lock();
        let store = unlock(&path).unwrap();
        assert_eq!(store.removals_sweep().unwrap(), 0, "the open swept them");
        let found = store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
        assert!(found.is_content() && found.messages == 0, "{:?}", found.problems);
    }

    /// Planted removals that remove nothing cost an open little, are reported, and do not stop a genuine removal.
    #[test]
    fn removals_of_nothing_are_taken_out_together() {
        let vault = Vault::new();
        vault.receive(&[("one", "2025-06-01T00:00:00Z")]);
        let number = removed(&vault);
        vault.sql(
            "PRAGMA foreign_keys = OFF; \
             INSERT INTO pending_removals (conversation) VALUES (-5), (0), (9223372036854775807); \
             WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n LIMIT 25000) \
             INSERT INTO pending_removals (conversation) SELECT i FROM n; \
             INSERT INTO conversation_months (conversation, partition) \
             SELECT conversation, 202506 FROM pending_removals WHERE conversation BETWEEN 100 AND 2099; \
             PRAGMA foreign_keys = ON",
        );
        let folder = vault.abandon();
        let store = unlock(&folder.path().join("vault")).unwrap();
        let warned = store.warnings().join("; ");
        for told in [
            "were deleted: 23003",
            "a removal is pending for conversation 100, which does not exist but has messages",
            "1999 more such removals",
        ] {
            assert!(warned.contains(told), "{told}: {warned}");
        }
        let left = |sql: &str| -> i64 {
            let found = store.read(|tx| tx.db.row(Sql::new(sql), "count"));
            found.unwrap().flatten().unwrap()
        };
        assert_eq!(left("SELECT count(*) FROM pending_removals"), 2_000);
        let gone = format!("SELECT count(*) FROM conversations WHERE conversation = {number}");
        assert_eq!(left(&gone), 0);
    }
}
