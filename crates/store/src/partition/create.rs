//! Creates a month: its key, its catalogue row, its table and the views over all months, in one transaction.

use std::sync::Arc;

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use privatus_domain::{Partition, Permission, Resource, ResourceKind};
use privatus_schema::{SqlInt, SqlText, SqlTime, partitions};

use crate::error::{Missing, Rule, StoreError};
use crate::keys::role::KeyRole;
use crate::partition::catalogue::PARTITIONS_MAX;
use crate::partition::schema::{partition_sql, refresh_views};
use crate::partition::state::{ARCHIVED, LIVE};
use crate::partition::table::PartitionTable;
use crate::tx::WriteTx;

/// A new row of `partitions`.
#[derive(Insertable)]
#[diesel(table_name = partitions)]
struct PartitionRow<'a> {
    partition: SqlInt,
    table_name: SqlText<&'a str>,
    state: SqlText<&'a str>,
    key_id: SqlText<&'a str>,
    created_at: SqlTime<&'a str>,
}

impl WriteTx<'_> {
    /// Returns the month's table, creating it on first use.
    pub(crate) fn partition_ensure(
        &mut self,
        partition: Partition,
    ) -> Result<Arc<PartitionTable>, StoreError> {
        if let Some(month) = self.partitions.get(&partition) {
            return Ok(Arc::clone(month));
        }
        if self.partitions.len() >= PARTITIONS_MAX {
            let limit = PARTITIONS_MAX;
            return Err(Rule::Months { limit, partition }.into());
        }
        let key_number = self.key_made(KeyRole::Month(partition))?;
        let month = Arc::new(PartitionTable::new(partition, key_number));
        let (key_id, now) = (key_number.to_string(), self.now().to_sql());
        let row = PartitionRow {
            partition: SqlInt(partition.number().into()),
            table_name: SqlText(&month.table),
            state: SqlText(LIVE),
            key_id: SqlText(&key_id),
            created_at: SqlTime(&now),
        };
        let added = self.db.ask_one("add a month to the catalogue", |db| {
            diesel::insert_into(partitions::table).values(&row).execute(db)
        });
        if let Err(error) = added {
            return Err(self.month_refused(partition, error));
        }
        for sql in partition_sql(self.db.raw(), partition)? {
            self.run_schema(&sql)?;
        }
        Arc::make_mut(&mut self.partitions).insert(partition, Arc::clone(&month));
        self.views_refresh()?;
        Ok(month)
    }

    /// Turns the error into one that names the row blocking the month, if there is one.
    fn month_refused(&mut self, partition: Partition, error: StoreError) -> StoreError {
        if self.db.is_spoiled() || !matches!(error, StoreError::DatabaseDamaged(_)) {
            return error;
        }
        let rows = self.months_altered().unwrap_or_default();
        let own = rows
            .iter()
            .find(|row| row.number == i64::from(partition.number()));
        match own {
            Some(row) => StoreError::DatabaseDamaged(format!(
                "{}; settle the audit log and accept the loss to repair it",
                row.told().join("; ")
            )),
            None => error,
        }
    }

    /// Moves a month from the view `messages` to `messages_archive`. It replaces the specification's INSERT and DELETE
    /// of old messages: nothing is copied, and paging reads the month as before.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the vault has no such month.
    pub fn partition_archive(&mut self, partition: Partition) -> Result<(), StoreError> {
        self.permit(&Resource::every(ResourceKind::Vault), Permission::Admin)?;
        let live = || {
            partitions::table
                .find(SqlInt(partition.number().into()))
                .filter(partitions::state.eq(SqlText(LIVE)))
        };
        let doing = "archive a month";
        let moved = self.db.ask(doing, |db| {
            diesel::update(live())
                .set(partitions::state.eq(SqlText(ARCHIVED)))
                .execute(db)
        })?;
        if !self
            .db
            .took(moved, doing, |db| select(exists(live())).get_result(db))?
        {
            return Err(Missing::LiveMonth(partition).into());
        }
        self.views_refresh()
    }

    pub(crate) fn views_refresh(&mut self) -> Result<(), StoreError> {
        self.schema_changed = true;
        Ok(refresh_views(self.db.raw())?)
    }

    /// Runs DDL without caching the prepared statement.
    fn run_schema(&mut self, sql: &str) -> Result<(), StoreError> {
        self.schema_changed = true;
        self.db.raw().execute_batch(sql)?;
        Ok(())
    }
}
