//! A database with the vault's schema whose values are not sealed: for the checks of the steps.

use privatus_migrate::check::World;
use privatus_migrate::{Host, MigrateError, Partitions};
use privatus_sqlite::Connection;

use super::TEMPLATE;
use super::host::{VIEW, month_sql, months, refresh_views, schema_text, view_over};

/// Makes months and views as a vault does, and takes a sealed value for its plaintext.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainWorld;

impl Host for PlainWorld {
    fn partitions(&mut self, db: &mut Connection) -> Result<Partitions, MigrateError> {
        let months = months(db)?.into_iter();
        Ok(Partitions {
            template: TEMPLATE.into(),
            tables: months.map(|(partition, _)| partition.table()).collect(),
        })
    }

    fn refresh_views(&mut self, db: &mut Connection) -> Result<(), MigrateError> {
        refresh_views(db)
    }

    fn open(
        &mut self,
        _: &mut Connection,
        _: &str,
        _: &str,
        _: &[u8],
        envelope: &[u8],
    ) -> Result<Vec<u8>, MigrateError> {
        Ok(envelope.to_vec())
    }

    fn reseal(
        &mut self,
        _: &mut Connection,
        _: &str,
        _: &str,
        _: &[u8],
        _: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, MigrateError> {
        Ok(plain.to_vec())
    }
}

impl World for PlainWorld {
    fn make_months(&mut self, db: &mut Connection) -> Result<(), MigrateError> {
        let template = schema_text(db, TEMPLATE)?;
        for (partition, _) in months(db)? {
            if schema_text(db, &partition.table()).is_err() {
                for sql in month_sql(&template, partition) {
                    db.execute_batch(&sql)?;
                }
            }
        }
        refresh_views(db)
    }

    fn copy_months(&mut self, from: &mut Connection, to: &mut Connection) -> Result<(), MigrateError> {
        let months = months(from)?;
        let template = schema_text(to, TEMPLATE)?;
        for (partition, _) in &months {
            for sql in month_sql(&template, *partition) {
                to.execute_batch(&sql)?;
            }
        }
        let view = view_over(to, &months)?;
        Ok(to.execute_batch(&format!("DROP VIEW {VIEW}; {view}"))?)
    }
}
