//! Checks every message: its place, its entry in the register, and its sealed content.

use std::collections::BTreeSet;
use std::sync::Arc;

use diesel::prelude::*;
use privatus_domain::limits::CONVERSATIONS_MAX;
use privatus_domain::{MessageId, Partition, Timestamp};
use privatus_schema::{SqlInt, message_locator, senders};

use super::{Verification, VerifyProgress};
use crate::db::at_most::ascends;
use crate::db::hot;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::message::row::Row;
use crate::partition::row_key;
use crate::partition::table::PartitionTable;
use crate::tx::ReadTx;

impl ReadTx<'_> {
    /// Returns how many messages exist according to the register.
    pub(super) fn messages_registered(&mut self) -> Result<u64, StoreError> {
        let total: i64 = self.db.ask("count", |db| {
            message_locator::table
                .filter(message_locator::row_key.is_not_null())
                .count()
                .get_result(db)
        })?;
        Ok(u64::try_from(total).unwrap_or_default())
    }

    pub(super) fn verify_messages(
        &mut self,
        found: &mut Verification,
        total: u64,
        progress: &mut dyn FnMut(VerifyProgress),
    ) -> Result<(), StoreError> {
        let months: Vec<Arc<PartitionTable>> = self.partitions.values().cloned().collect();
        let senders: Vec<SqlInt> = self.db.ask("read the senders", |db| {
            senders::table.select(senders::sender).load(db)
        })?;
        let senders: BTreeSet<i64> = senders.into_iter().map(|sender| sender.0).collect();
        let mut rows_seen = 0_u64;
        for month in months {
            let mut conversations = BTreeSet::new();
            let mut after = i64::MIN;
            loop {
                let (rows, last) = self.verify_batch(found, &month, after)?;
                let Some(last) = last else { break };
                ascends(&after, &last, "read a month")?;
                after = last;
                for row in &rows {
                    rows_seen += 1;
                    conversations.insert(row_key::conversation(row.row_key));
                    if let Some(sender) = row.sender.filter(|sender| !senders.contains(sender)) {
                        let id = &row.id;
                        found.problem(format!("message {id} has sender {sender}, who does not exist"));
                    }
                    self.verify_row(found, &month, row)?;
                }
                progress(VerifyProgress {
                    step: "messages",
                    done: rows_seen,
                    total,
                });
            }
            self.verify_times(found, &month)?;
            self.verify_month(found, &month, &conversations)?;
        }
        if rows_seen != total {
            found.problem(format!(
                "the register knows {total} messages, but the months contain {rows_seen}"
            ));
        }
        Ok(())
    }

    fn verify_row(
        &mut self,
        found: &mut Verification,
        month: &PartitionTable,
        row: &Row,
    ) -> Result<(), StoreError> {
        let id = MessageId::new(row.id.clone());
        let lookup = self.lookup_key(&id);
        let sql = Sql::new(hot::LOCATOR_FIND);
        let entry = self
            .db
            .row::<(Option<i64>, Option<i64>)>(sql.bind(lookup.as_slice()), "find a message");
        let entry = match entry {
            Ok(entry) => entry,
            // Its row in the register is reported with the other values of the wrong type.
            Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => None,
            Err(error) => return Err(error),
        };
        if entry != Some((Some(month.partition.number().into()), Some(row.row_key))) {
            found.problem(format!(
                "message {id} in {} is registered elsewhere",
                month.partition
            ));
        }
        if !belongs(month, row.row_key, row.at) {
            found.problem(format!(
                "message {id} is in {}, not in the month of its time",
                month.partition
            ));
        }
        let is_deleted = row.is_deleted;
        if is_deleted {
            if !row.content.is_empty() {
                found.problem(format!("message {id} is deleted but has content"));
            }
            return Ok(());
        }
        match self.body_open(month.partition, &row.id, &row.content) {
            Ok(_) => found.messages += 1,
            Err(StoreError::DatabaseDamaged(why)) => {
                found.problem(format!("message {id} in {}: {why}", month.partition));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// Returns whether a row is where its time belongs: in its month, and not before its instant.
fn belongs(month: &PartitionTable, key: i64, at: i64) -> bool {
    let Ok(at) = Timestamp::from_unix_ms(at) else {
        return false;
    };
    let own = Partition::route(at, Timestamp::MAX);
    match month.partition {
        Partition::LATE => own != Partition::EARLY,
        partition => {
            let number = row_key::conversation(key);
            own == partition
                && (1..=CONVERSATIONS_MAX).contains(&number)
                && row_key::wanted(number, own, at).is_none_or(|wanted| key >= wanted)
        }
    }
}
