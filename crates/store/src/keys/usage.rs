//! `key_store.usage_count` and `last_used`: collected in memory, and written at most once a minute and on close, never
//! for each message (docs/DESIGN.md, section 4). A crash loses only statistics.

use crate::db::hot;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::WriteTx;

impl WriteTx<'_> {
    /// Writes the collected uses and statistics. Run it in a separate transaction: a failure halfway may have ended the
    /// transaction. The uses of keys are lost then.
    pub(crate) fn usage_write(&mut self) -> Result<(), StoreError> {
        let at = self.now().to_sql();
        let uses = self.shared.keys.take_uses();
        for (number, uses) in uses.into_iter().chain(self.shared.id_key.take_uses()) {
            let sql = Sql::new(hot::KEY_USE);
            let sql = sql
                .bind(i64::try_from(uses).unwrap_or(i64::MAX))
                .bind(at.as_str())
                .bind(i64::from(number));
            // A missing row is not an error here: no write fails because of a statistic.
            self.db.run(sql, "count the use of a key")?;
        }
        self.statistics_write();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use privatus_domain::Timestamp;

    use super::*;
    use crate::testing::{Vault, message, options, unlock_at};
    use crate::tx::key_cache::EVERY_MS;
    use crate::{PageStart, Store};

    static NOW: AtomicI64 = AtomicI64::new(1_750_000_000_000);

    fn clock() -> Timestamp {
        Timestamp::from_unix_ms(NOW.load(Ordering::Relaxed)).unwrap()
    }

    /// Returns usage count and last use of the key of June 2025.
    fn figures(store: &Store) -> (i64, Option<String>) {
        let sql = Sql::new("SELECT usage_count, last_used FROM key_store WHERE scope = 'messages/2025-06'");
        store.read(|tx| tx.db.row(sql, "read")).unwrap().unwrap()
    }

    #[test]
    fn the_use_of_keys_is_written_once_a_minute_and_on_close() {
        let vault = Vault::with(&options(clock));
        let send = |number: i64| {
            let new = message(&format!("m{number}"), "2025-06-01T00:00:00Z");
            vault
                .store
                .write("send", |tx| tx.message_insert(&vault.chat, &new))
                .unwrap();
        };
        (0..10).for_each(send);
        assert_eq!(figures(&vault.store), (0, None), "not for each message");
        NOW.fetch_add(EVERY_MS, Ordering::Relaxed);
        send(10);
        let (count, at) = figures(&vault.store);
        assert!((10..=11).contains(&count), "{count}");
        assert_eq!(at.unwrap(), clock().to_sql());
        let start = PageStart::Newest;
        vault
            .store
            .read(|tx| tx.messages_page(&vault.chat, &start, 50))
            .unwrap();
        assert_eq!(figures(&vault.store).0, count, "not for each page");

        let (_folder, path) = vault.lock();
        let store = unlock_at(&path, clock).unwrap();
        assert_eq!(figures(&store).0, 22, "11 messages sealed, 11 opened");
    }
}
