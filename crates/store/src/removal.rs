//! Removing what a contact left: hidden at once, deleted in bounded batches, resumable after a crash.

use diesel::sql_types::{BigInt, Binary};
use privatus_domain::MessageId;

use crate::error::StoreError;
use crate::row_key;
use crate::sql::{IdColumn, Sql};
use crate::store::Store;
use crate::tx::WriteTx;

/// Messages that one transaction deletes.
const BATCH: usize = 500;

impl Store {
    /// Deletes the messages of removed contacts, a batch a transaction, until none is left; gives how many.
    ///
    /// # Errors
    /// [`StoreError`] of the database; what was deleted stays deleted, the next sweep goes on.
    pub fn removals_sweep(&self) -> Result<u64, StoreError> {
        let pending = Sql::<BigInt>::new("SELECT conversation FROM pending_removals ORDER BY conversation");
        let pending: Vec<i64> = self.read(|tx| tx.link.rows(pending, "list the removals"))?;
        let mut removed = 0;
        for number in pending {
            loop {
                let batch = self.write("removal_batch", |tx| tx.removal_batch(number))?;
                removed += batch;
                if batch == 0 {
                    break;
                }
            }
        }
        Ok(removed)
    }
}

impl WriteTx<'_> {
    fn removal_batch(&mut self, number: i64) -> Result<u64, StoreError> {
        let (low, high) = row_key::range(number);
        for partition in self.conversation_partitions(number)? {
            let Some(month) = self.months.get(&partition).cloned() else {
                continue;
            };
            let table = &month.table;
            let sql = Sql::<(BigInt, Binary)>::new(format!(
                "SELECT row_key, message_id FROM {table} WHERE row_key BETWEEN ? AND ? ORDER BY row_key LIMIT {BATCH}"
            ));
            let rows: Vec<(i64, IdColumn)> =
                self.link.rows(sql.bind(low).bind(high), "find what to remove")?;
            if rows.is_empty() {
                continue;
            }
            for (key, id) in &rows {
                let lookup = self.lookup_key(&MessageId::new(id.0.clone()));
                let text = id.0.to_string();
                let content = Sql::new("DELETE FROM message_content WHERE message_id = ?");
                self.link
                    .run(content.bind(text.as_str()), "remove large content")?;
                let entry = Sql::new(
                    "UPDATE message_locator SET partition = NULL, row_key = NULL WHERE message_id = ?",
                );
                self.link
                    .run(entry.bind(lookup.as_slice()), "note a removed message")?;
                let row = Sql::new(format!("DELETE FROM {table} WHERE row_key = ?")).bind(*key);
                self.link.run(row, "remove a message")?;
            }
            return Ok(u64::try_from(rows.len()).unwrap_or_default());
        }
        let sql = Sql::new("DELETE FROM conversations WHERE conversation = ?");
        self.link.run(sql.bind(number), "remove a conversation")?;
        Ok(0)
    }
}
