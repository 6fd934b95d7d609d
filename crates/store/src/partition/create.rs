//! Making a month: its key, its catalogue row, its table and the views over all of them, in one transaction.

use std::sync::Arc;

use privatus_domain::{Partition, Permission, Resource, ResourceKind};

use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::partition::catalogue::PARTITIONS_MAX;
use crate::partition::schema::{partition_sql, refresh_views};
use crate::partition::table::PartitionTable;
use crate::tx::WriteTx;

impl WriteTx<'_> {
    /// The month's table, made on first use.
    pub(crate) fn partition_ensure(
        &mut self,
        partition: Partition,
    ) -> Result<Arc<PartitionTable>, StoreError> {
        if let Some(month) = self.partitions.get(&partition) {
            return Ok(Arc::clone(month));
        }
        if self.partitions.len() >= PARTITIONS_MAX {
            return Err(StoreError::Refused(format!(
                "the vault has {PARTITIONS_MAX} months; {partition} would be one more"
            )));
        }
        let key_number = self.key_made("table", &format!("messages/{partition}"))?;
        let month = Arc::new(PartitionTable::new(partition, key_number));
        let (key_id, now) = (key_number.to_string(), self.now().to_sql());
        let sql = Sql::new(
            "INSERT INTO partitions (partition, table_name, state, key_id, created_at) VALUES (?, ?, 'live', ?, ?)",
        );
        let sql = sql
            .bind(partition.number())
            .bind(month.table.as_str())
            .bind(key_id.as_str())
            .bind(now.as_str());
        self.db.run(sql, "add a month to the catalogue")?;
        for sql in partition_sql(self.db.raw(), partition)? {
            self.run_schema(&sql)?;
        }
        Arc::make_mut(&mut self.partitions).insert(partition, Arc::clone(&month));
        self.views_refresh()?;
        Ok(month)
    }

    /// Moves a month from the view `messages` to `messages_archive`: what the specification's INSERT and DELETE of old
    /// messages stand for. Nothing is copied, and paging reads it as before.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the vault has no such month.
    pub fn partition_archive(&mut self, partition: Partition) -> Result<(), StoreError> {
        self.permit(&Resource::every(ResourceKind::Vault), Permission::Admin)?;
        let sql = Sql::new("UPDATE partitions SET state = 'archived' WHERE partition = ? AND state = 'live'");
        if self.db.run(sql.bind(partition.number()), "archive a month")? == 0 {
            return Err(StoreError::NotFound(format!("a live month {partition}")));
        }
        self.views_refresh()
    }

    fn views_refresh(&mut self) -> Result<(), StoreError> {
        self.schema_changed = true;
        Ok(refresh_views(self.db.raw())?)
    }

    /// Runs DDL without keeping it prepared.
    fn run_schema(&mut self, sql: &str) -> Result<(), StoreError> {
        self.schema_changed = true;
        self.db.raw().execute_batch(sql)?;
        Ok(())
    }
}
