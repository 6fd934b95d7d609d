//! The schema itself, as `migrate verify` compares it, and the months that the catalogue names.

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
    /// Every table, index, view and trigger is one that a build makes, with the text that it gives it.
    pub(super) fn verify_schema(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        let compared = newest_schema(self.db).and_then(|expected| {
            let stands = Schema::read(self.db.raw())?;
            Ok(expected.differences(&stands))
        });
        match compared {
            Ok(differences) => {
                // Indexes without a text of their own are no part of that comparison.
                let fault = self.schema_fault()?;
                let more = fault.iter().flat_map(|fault| fault.objects());
                let more = more.filter(|object| !differences.iter().any(|line| line.contains(&object.name)));
                for line in differences.iter().cloned().chain(more.map(ToString::to_string)) {
                    found.problem(format!("the schema is not what this build makes: {line}"));
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

    /// A month's name, table and key are its own. No build seals months yet, so none is sealed.
    pub(super) fn verify_catalogue(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        for row in months_found(self.db)? {
            row.told().into_iter().for_each(|told| found.problem(told));
            if let (Some(month), Some(key)) = (row.month, row.key) {
                self.verify_month_key(found, month, key)?;
            }
        }
        self.verify_files(found)
    }

    /// A file of a sealed month lies in the vault's folder, under its month's key.
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
