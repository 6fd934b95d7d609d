//! Removing what a contact or group left: hidden at once, deleted in bounded batches, resumable after a crash.

use diesel::dsl::{exists, not, select};
use diesel::prelude::*;
use privatus_domain::{Id, MessageId};
use privatus_schema::{Flag, SqlInt, contacts, conversation_months, conversations, groups, pending_removals};

use super::check_number;
use crate::db::at_most::AtMost;
use crate::db::hot;
use crate::db::one_row::not_taken;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::partition::row_key;
use crate::store::Store;
use crate::tx::{ReadTx, WriteTx};

/// Messages that one transaction deletes.
const BATCH: usize = 500;

const FIRST: &str = "SELECT conversation FROM pending_removals LIMIT 1";
/// Removals of nothing that one statement takes out, and how many such statements a sweep runs.
const AT_ONCE: usize = 10_000;
const TURNS: usize = 20;

/// A removal of a conversation that is not there and has no message.
const NOTHING: &str = "NOT EXISTS (SELECT 1 FROM conversations AS c WHERE c.conversation = p.conversation) \
                       AND NOT EXISTS (SELECT 1 FROM conversation_months AS m WHERE m.conversation = p.conversation)";
/// One of a conversation that was hidden and cut from its contact or group, as removing these does. As [`ReadTx::removal`] judges
/// one. CROSS: the queue first, whatever the planner thinks of its length.
const ASKED: &str = "SELECT p.conversation FROM pending_removals AS p CROSS JOIN conversations AS c USING (conversation) \
                     WHERE c.is_hidden = TRUE \
                     AND NOT EXISTS (SELECT 1 FROM contacts AS o WHERE o.contact_id = c.contact_id) \
                     AND NOT EXISTS (SELECT 1 FROM groups AS g WHERE g.group_id = c.group_id) ORDER BY p.conversation";

/// What waits for a conversation's messages.
pub(crate) enum Removal {
    /// Nothing.
    None,
    /// That of a contact or group which was removed.
    Asked,
    /// One that nobody asked for, and why it is none.
    Planted(String),
}

impl Store {
    /// Deletes the messages of removed contacts and groups, a batch a transaction, until none is left; gives how many.
    ///
    /// # Errors
    /// [`StoreError`] of the database; what was deleted stays deleted, the next sweep goes on.
    /// [`StoreError::DatabaseDamaged`] for a removal that nobody asked for, when the others are done: nothing of it is
    /// deleted.
    pub fn removals_sweep(&self) -> Result<u64, StoreError> {
        // Most opens find none. Whoever plants one keeps no removal of a person's from its end.
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

    /// Takes out, many a statement and so many in all, the removals of conversations that are not there and have no message; gives
    /// what is said of these. A removal ends with its conversation: no build leaves one.
    pub(crate) fn removals_of_nothing(&self) -> Result<Option<String>, StoreError> {
        let (mut taken, mut is_more) = (0, false);
        // The table is read first: an open that finds none writes nothing.
        let sql = format!("SELECT 1 FROM pending_removals AS p WHERE {NOTHING} LIMIT 1");
        let first: Option<i64> = self.read(|tx| tx.db.row(Sql::new(&sql), "look for removals of nothing"))?;
        if first.is_none() {
            return Ok(None);
        }
        for _ in 0..TURNS {
            self.shared.go_on()?;
            let sql = format!(
                "DELETE FROM pending_removals WHERE conversation IN \
                 (SELECT p.conversation FROM pending_removals AS p WHERE {NOTHING} ORDER BY p.conversation LIMIT {AT_ONCE})"
            );
            let gone = self.write("removals_of_nothing", |tx| {
                tx.db.run(Sql::new(&sql), "take out removals of nothing")
            })?;
            taken += gone;
            is_more = gone == AT_ONCE;
            if !is_more {
                break;
            }
        }
        let more = if is_more {
            "; there may be more, which the next open takes out"
        } else {
            ""
        };
        Ok(Some(format!(
            "removals of conversations that are not there were taken out: {taken} (somebody planted them, and they removed \
             nothing{more})"
        )))
    }

    /// One of them; `between` runs behind each batch, when no transaction is open.
    fn removal_sweep(&self, number: i64, between: impl Fn()) -> Result<u64, StoreError> {
        let rows = self.read(|tx| tx.rows_counted(number))?;
        let mut most = AtMost::of(rows, "remove what was removed");
        let mut removed = 0;
        loop {
            self.shared.go_on()?;
            let batch = self.write("removal_batch", |tx| tx.removal_batch(number))?;
            between();
            removed += batch;
            if batch == 0 {
                return Ok(removed);
            }
            // Another process may have swept it, given its number to a conversation of its own, and removed that too.
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

impl ReadTx<'_> {
    /// Whether any removal waits, whoever asked for it.
    pub(crate) fn is_any_removal(&mut self) -> Result<bool, StoreError> {
        let first: Option<i64> = self.db.row(Sql::new(FIRST), "look for removals")?;
        Ok(first.is_some())
    }
}

impl WriteTx<'_> {
    pub(crate) fn removal_batch(&mut self, number: i64) -> Result<u64, StoreError> {
        // Another process may have removed the last of it, and given its number to a conversation of its own.
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
            let rows: Vec<(i64, Id)> = self.db.rows(sql.bind(low).bind(high), "find what to remove")?;
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
        // The removal went with it. One of a conversation that is not there goes by itself.
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
    /// The removal that waits for a conversation. When a contact or group is removed, the schema's triggers and references
    /// hide its conversation and take its contact or group from it; a row in the table alone does not.
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
                "a removal waits for conversation {number}, whose contact or group nobody removed: somebody planted it, and \
                 its messages are kept"
            )),
            (true, _, true) => Removal::Planted(format!(
                "a removal waits for conversation {number}, which is not there and has messages: they are kept"
            )),
            _ => Removal::Asked,
        })
    }

    /// What is said of removals that nobody asked for: the first, and how many more. Those that were asked for are done by then.
    fn removals_refused(&mut self) -> Result<Option<String>, StoreError> {
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
            // Another process's, of this moment.
            Removal::None | Removal::Asked => None,
        })
    }

    /// How many rows a conversation has in its months.
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
            let rows: Option<i64> = self.db.row(sql.bind(low).bind(high), "count what to remove")?;
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

    /// Removes Alice, and gives the number of her conversation; nothing is swept yet.
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

    /// The batches that were committed before a kill stay deleted, and the next open deletes the rest.
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

    /// Two sweeps at once: the other one is through, and the number is a new conversation's.
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

    /// The other sweep's number was given again, and that conversation removed too.
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

    /// Rows that remove nothing cost an open little, are told of, and keep no removal of a person's from its end.
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
            "were taken out: 23003",
            "a removal waits for conversation 100, which is not there and has messages",
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
