//! Adopting a source: every row of every table is copied into a new vault.

use std::cell::RefCell;
use std::path::Path;

use privatus_sqlite::Row;
use privatus_store::{Password, RawRows, RecoveryCode, Store, StoreError, UnfinishedVault, VaultOptions};

use super::adopted::{AdoptProgress, Adopted};
use super::error::BaselineError;
use super::findings::Findings;
use super::source::BaselineSource;
use super::tables::COPIED;
use super::{messages, rows};

/// Tables whose rows have no row of their own in a vault.
const LEFT_OUT: [&str; 3] = ["schema_migrations", "key_store", "message_content"];

impl BaselineSource {
    /// Creates a vault in `path` as [`Store::create_keeping`] does, with every row of the source in it, and opens it.
    /// `keep` must store the recovery code safely before the vault appears, and receives a summary of what was
    /// adopted; `progress` returns `false` to stop.
    ///
    /// The rights in the source are adopted too: anyone who has its key could have written them. [`Adopted::notes`]
    /// counts them.
    ///
    /// # Errors
    /// The errors of [`Store::create`], [`BaselineError`], and those of `keep`. The source stays unchanged, and no
    /// other file remains.
    pub fn adopt<E: From<BaselineError>>(
        self,
        path: &Path,
        password: &Password,
        options: &VaultOptions,
        keep: impl FnOnce(&RecoveryCode, &Adopted) -> Result<(), E>,
        progress: &mut dyn FnMut(AdoptProgress) -> bool,
    ) -> Result<(Store, Adopted), E> {
        let adopted = RefCell::new(Adopted::default());
        let fill = |vault: &mut UnfinishedVault<'_>| {
            let mut takeover = Takeover::new(self, vault, progress);
            let findings = takeover.run()?;
            let Self {
                database,
                counts,
                notes,
            } = takeover.source;
            *adopted.borrow_mut() = Adopted::sum_up(&counts, notes, &findings);
            Ok(database.check_unchanged()?)
        };
        let made = Store::create_filled(path, password, options, fill, |code| {
            keep(code, &adopted.borrow()).map_err(NotMade::Kept)
        });
        let store = made.map_err(|error| match error {
            // Only if the vault was not created; a vault that merely could not be opened stays.
            NotMade::Adopted(BaselineError::Store(StoreError::DiskFull))
                if Store::check_vacant(path).is_ok() =>
            {
                BaselineError::DiskFull.into()
            }
            NotMade::Adopted(error) => error.into(),
            NotMade::Kept(error) => error,
        })?;
        Ok((store, adopted.into_inner()))
    }
}

/// Why no vault was created: an error of the source or the vault, or its recovery code was not kept.
enum NotMade<E> {
    Adopted(BaselineError),
    Kept(E),
}

impl<E, F: Into<BaselineError>> From<F> for NotMade<E> {
    fn from(error: F) -> Self {
        Self::Adopted(error.into())
    }
}

/// An adoption in progress.
struct Takeover<'a, 'v> {
    source: BaselineSource,
    vault: &'a mut UnfinishedVault<'v>,
    progress: &'a mut dyn FnMut(AdoptProgress) -> bool,
    at: AdoptProgress,
}

impl<'a, 'v> Takeover<'a, 'v> {
    fn new(
        source: BaselineSource,
        vault: &'a mut UnfinishedVault<'v>,
        progress: &'a mut dyn FnMut(AdoptProgress) -> bool,
    ) -> Self {
        let at = AdoptProgress {
            table: "contacts",
            done: 0,
            total: source.counts.without(&LEFT_OUT),
        };
        Self {
            source,
            vault,
            progress,
            at,
        }
    }

    fn run(&mut self) -> Result<Findings, BaselineError> {
        let mut findings = Findings::default();
        for table in COPIED {
            self.at.table = table.table.name();
            self.table(
                &rows::select(table),
                |row| rows::read(table, row, &mut findings),
                |to, records| rows::write(to, table, records),
            )?;
        }
        self.at.table = "messages";
        self.table(
            messages::SELECT,
            |row| messages::read(row, &mut findings),
            messages::write,
        )?;
        Ok(findings)
    }

    /// Copies the rows of one statement, one transaction per batch, and checks that none is missing.
    fn table<T>(
        &mut self,
        sql: &str,
        convert: impl FnMut(&Row<'_>) -> Result<(T, usize), BaselineError>,
        mut write: impl FnMut(&mut RawRows<'_, '_>, Vec<T>) -> Result<(), BaselineError>,
    ) -> Result<(), BaselineError> {
        let Self {
            source,
            vault,
            progress,
            at,
        } = self;
        let wanted = at.done + source.counts.of_table(at.table);
        source.database.batches(sql, convert, |records| {
            let count = u64::try_from(records.len()).unwrap_or_default();
            vault.write(|to| write(to, records))?;
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
        source.database.check_unchanged()?;
        let why = format!("{} does not have the number of rows that it reports", at.table);
        Err(StoreError::Unexpected(why).into())
    }
}
