//! Checks the schema, as `migrate verify` does, and the months in the catalogue.

use diesel::prelude::*;
use privatus_domain::Partition;
use privatus_migrate::Schema;
use privatus_schema::{SqlInt, SqlText, archives};

use super::Verification;
use crate::error::StoreError;
use crate::keys::role::KeyRole;
use crate::partition::found::found as months_found;
use crate::tx::ReadTx;
use crate::upgrade::newest_schema;

impl ReadTx<'_> {
    /// Checks that every table, index, view and trigger is one that a build makes, with the same text.
    pub(super) fn verify_schema(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        let compared = newest_schema(self.db).and_then(|expected| {
            let stands = Schema::read(self.db.raw())?;
            Ok(expected.differences(&stands))
        });
        match compared {
            Ok(differences) => {
                // That comparison does not cover indexes without SQL text.
                let fault = self.schema_fault()?;
                let more = fault.iter().flat_map(|fault| fault.objects());
                let more = more.filter(|object| !differences.iter().any(|line| line.contains(&object.name)));
                for line in differences.iter().cloned().chain(more.map(ToString::to_string)) {
                    found.problem(format!("the schema differs from this build's: {line}"));
                }
                Ok(())
            }
            Err(StoreError::DatabaseDamaged(why) | StoreError::MigrationFailed(why))
                if !self.db.is_spoiled() =>
            {
                found.problem(format!("the schema cannot be compared: {why}"));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Checks that each month has its own name, table and key. No build seals months yet, so none is sealed.
    pub(super) fn verify_catalogue(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        for row in months_found(self.db)? {
            row.told().into_iter().for_each(|told| found.problem(told));
            if let (Some(month), Some(key)) = (row.month, row.key) {
                self.verify_month_key(found, month, key)?;
            }
        }
        self.verify_files(found)
    }

    /// Checks that the file of each sealed month has a plain name, so that it is in the vault's folder, and uses its
    /// month's key.
    fn verify_files(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        let files: Vec<(SqlInt, SqlText, SqlText)> = self.db.ask("list the sealed files", |db| {
            archives::table
                .order((archives::partition, archives::generation))
                .select((archives::partition, archives::file_name, archives::key_id))
                .load(db)
        })?;
        for (number, SqlText(name), SqlText(key)) in files {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            if name.starts_with('.') || name.is_empty() || !name.chars().all(plain) {
                found.problem(format!(
                    "a file of sealed month {} has a name that no build gives",
                    number.0
                ));
            }
            let partition = i32::try_from(number.0).ok().and_then(Partition::from_number);
            let (Some(partition), Ok(key)) = (partition, key.parse::<u32>()) else {
                found.problem(format!("a sealed file names an impossible month, {}", number.0));
                continue;
            };
            self.verify_month_key(found, partition, key)?;
        }
        Ok(())
    }

    fn verify_month_key(
        &mut self,
        found: &mut Verification,
        partition: Partition,
        key: u32,
    ) -> Result<(), StoreError> {
        match self.key(key, KeyRole::Month(partition)) {
            Ok(_) => {}
            Err(StoreError::DatabaseDamaged(why)) if !self.db.is_spoiled() => {
                found.problem(format!("month {partition}: {why}"));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
