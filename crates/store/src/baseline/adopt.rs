//! Taking a source over: every row of every table into a vault that is made for it.

use std::path::Path;

use privatus_crypto::{Password, RecoveryCode};

use super::adopted::{AdoptProgress, Adopted};
use super::error::BaselineError;
use super::messages::{self, Seen};
use super::plain;
use super::source::BaselineSource;
use super::tables::PLAIN;
use crate::adopt::{RawRows, UnfinishedVault};
use crate::error::StoreError;
use crate::store::Store;
use crate::vault::VaultOptions;

impl Store {
    /// Makes a vault in `path` as [`create`](Self::create) does, with every row of a source in it, and opens it. `progress`
    /// answers `false` to stop.
    ///
    /// # Errors
    /// Those of [`create`](Self::create), and [`BaselineError`]. The source stays, and nothing else is left behind.
    pub fn adopt(
        source: BaselineSource,
        path: &Path,
        password: &Password,
        options: &VaultOptions,
        progress: &mut dyn FnMut(AdoptProgress) -> bool,
    ) -> Result<(Self, RecoveryCode, Adopted), BaselineError> {
        let mut adopted = Adopted::default();
        let made = Self::create_filled(path, password, options, |vault| {
            let mut taking = Taking::new(source, vault, progress);
            adopted = taking.run()?;
            taking.source.check_unchanged()
        });
        let (store, recovery) = made.map_err(|error| match error {
            // Not when it stands and only could not be opened.
            BaselineError::Store(StoreError::DiskFull) if Self::check_vacant(path).is_ok() => {
                BaselineError::DiskFull
            }
            other => other,
        })?;
        Ok((store, recovery, adopted))
    }
}

/// A takeover that is going on.
struct Taking<'a, 'v> {
    source: BaselineSource,
    vault: &'a mut UnfinishedVault<'v>,
    progress: &'a mut dyn FnMut(AdoptProgress) -> bool,
    at: AdoptProgress,
}

impl<'a, 'v> Taking<'a, 'v> {
    fn new(
        source: BaselineSource,
        vault: &'a mut UnfinishedVault<'v>,
        progress: &'a mut dyn FnMut(AdoptProgress) -> bool,
    ) -> Self {
        let left_out = ["schema_migrations", "key_store", "message_content"];
        let counts = source.counts.iter();
        let total = counts
            .filter(|(table, _)| !left_out.contains(table))
            .map(|(_, rows)| rows)
            .sum();
        Self {
            source,
            vault,
            progress,
            at: AdoptProgress {
                table: "contacts",
                done: 0,
                total,
            },
        }
    }

    fn run(&mut self) -> Result<Adopted, BaselineError> {
        let mut seen = Seen::default();
        for table in PLAIN {
            self.at.table = table.table.name();
            let sql = plain::select(table);
            self.table(
                &sql,
                |row| plain::read(table, row, &mut seen),
                |rows, records| plain::write(rows, table, records),
            )?;
        }
        self.at.table = "messages";
        self.table(
            messages::SELECT,
            |row| messages::read(row, &mut seen),
            messages::write,
        )?;
        Ok(Adopted::of(&mut self.source, &seen))
    }

    /// Takes the rows of one statement, in one transaction a batch, and sees that none is missing.
    fn table<T>(
        &mut self,
        sql: &str,
        convert: impl FnMut(&privatus_sqlite::Row<'_>) -> Result<(T, usize), BaselineError>,
        mut write: impl FnMut(&mut RawRows<'_, '_>, Vec<T>) -> Result<(), BaselineError>,
    ) -> Result<(), BaselineError> {
        let Self {
            source,
            vault,
            progress,
            at,
        } = self;
        let wanted = at.done + source.rows(at.table);
        source.batches(sql, convert, |records| {
            let count = u64::try_from(records.len()).unwrap_or_default();
            vault.write(|rows| write(rows, records))?;
            at.done += count;
            if progress(*at) {
                Ok(())
            } else {
                Err(BaselineError::Stopped)
            }
        })?;
        if at.done == wanted {
            return Ok(());
        }
        source.check_unchanged()?;
        let why = format!("{} has another number of rows than it says", at.table);
        Err(StoreError::Unexpected(why).into())
    }
}
