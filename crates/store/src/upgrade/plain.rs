//! A database with the vault's schema whose values are not sealed, for checking the migration steps.

use privatus_migrate::check::World;
use privatus_migrate::{Host, MigrateError, Partitions, text_of};
use privatus_sqlite::Connection;

use super::host::{identity, partitions};
use crate::partition::schema::{copy_months, extras, make_month, months, months_standing, refresh_views};

/// Creates months and views as a vault does, and treats a sealed value as plaintext.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainWorld;

impl Host for PlainWorld {
    fn partitions(&mut self, db: &mut Connection) -> Result<Partitions, MigrateError> {
        partitions(db)
    }

    fn month_extras(&self, table: &str) -> Vec<String> {
        extras(table)
    }

    fn identity(&mut self, db: &mut Connection) -> Result<Vec<u8>, MigrateError> {
        identity(db)
    }

    fn refresh_views(&mut self, db: &mut Connection) -> Result<(), MigrateError> {
        refresh_views(db)
    }
}

impl World for PlainWorld {
    fn make_months(&mut self, db: &mut Connection) -> Result<(), MigrateError> {
        for (partition, _) in months(db)? {
            if text_of(db, &partition.table())?.is_none() {
                make_month(db, partition)?;
            }
        }
        refresh_views(db)
    }

    fn copy_months(&mut self, from: &mut Connection, to: &mut Connection) -> Result<(), MigrateError> {
        let months = months_standing(from)?;
        copy_months(to, &months)
    }
}
