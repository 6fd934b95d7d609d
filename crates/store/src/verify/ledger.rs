//! Checks the ledger of migrations: the MACs of its rows, as `migrate verify` does, and that each row matches this
//! build's step.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_migrate::{Seal, applied};
use privatus_schema::{SqlInt, SqlText, schema_migrations};

use super::Verification;
use crate::error::StoreError;
use crate::tx::ReadTx;
use crate::upgrade::{ledger_told, steps_noted};

/// The parts of a row that would be run or shown.
#[derive(Queryable, Selectable)]
#[diesel(table_name = schema_migrations, check_for_backend(Sqlite))]
struct StepRow {
    version: SqlInt,
    name: Option<SqlText>,
    description: Option<SqlText>,
    checksum: Option<SqlText>,
    irreversible: Option<SqlText>,
    down_sql: Option<SqlText>,
    partition_down_sql: Option<SqlText>,
}

impl ReadTx<'_> {
    pub(super) fn verify_ledger(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        let seal = Seal {
            key: &self.shared.ledger_key,
            vault: self.shared.vault_id.as_bytes(),
        };
        let applied = applied(self.db.raw(), &seal).map_err(StoreError::from)?;
        let (_, problems) = ledger_told(self.db, &applied)?;
        problems.into_iter().for_each(|told| found.problem(told));
        let rows = self.db.ask("read the ledger", |db| {
            schema_migrations::table
                .order(schema_migrations::version)
                .select(StepRow::as_select())
                .load(db)
        })?;
        for row in rows {
            let version = row.version.0;
            let texts = [
                row.name,
                row.description,
                row.checksum,
                row.irreversible,
                row.down_sql,
                row.partition_down_sql,
            ];
            let texts = texts.map(|text| text.map(|text| text.0));
            if steps_noted(version).is_none_or(|noted| noted != texts) {
                found.problem(format!(
                    "the row of migration {version} in the ledger does not match this build's step"
                ));
            }
        }
        Ok(())
    }
}
