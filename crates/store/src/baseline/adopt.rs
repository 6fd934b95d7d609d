//! Taking a source over: every row of every table into a vault that is made for it.

use std::path::Path;

use privatus_crypto::{Password, RecoveryCode};

use super::messages::{self, Seen};
use super::plain;
use super::source::BaselineSource;
use super::tables::{ALL, PLAIN};
use crate::connection::Link;
use crate::error::StoreError;
use crate::store::{Shared, Store};
use crate::vault::VaultOptions;

/// Rows of a table that were taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenRows {
    /// The table, as the specification names it.
    pub table: &'static str,
    /// How many.
    pub rows: u64,
}

/// Rows that were not taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedRows {
    /// The table, as the specification names it.
    pub table: &'static str,
    /// How many.
    pub rows: u64,
    /// Why, for a person.
    pub reason: &'static str,
}

/// What [`Store::adopt`] did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Adopted {
    /// The tables whose rows were taken over, also those without any, in the specification's order.
    pub tables: Vec<TakenRows>,
    /// What was left out.
    pub skipped: Vec<SkippedRows>,
    /// What a person should know, a sentence each.
    pub notes: Vec<String>,
}

/// Where a takeover is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdoptProgress {
    /// The table being read.
    pub table: &'static str,
    /// Rows taken over so far, of all tables.
    pub done: u64,
    /// Rows in all.
    pub total: u64,
}

const NO_LEDGER: &str = "the vault has a ledger of its own";
const FOREIGN_KEYS: &str = "keys of another application, which nobody here can unwrap";
const OF_DELETED: &str = "content of deleted messages, of which a vault keeps none";

impl Store {
    /// Makes a vault in `path` as [`create`](Self::create) does, with every row of a source in it, and opens it. `progress`
    /// answers `false` to stop.
    ///
    /// # Errors
    /// Those of [`create`](Self::create); [`StoreError::Refused`] naming table, row and column of a value that a vault
    /// cannot hold; [`StoreError::SourceUnreadable`]; [`StoreError::Interrupted`]. The source stays, and nothing else is
    /// left behind.
    pub fn adopt(
        source: BaselineSource,
        path: &Path,
        password: &Password,
        options: &VaultOptions,
        progress: &mut dyn FnMut(AdoptProgress) -> bool,
    ) -> Result<(Self, RecoveryCode, Adopted), StoreError> {
        let mut adopted = Adopted::default();
        let (store, recovery) = Self::create_filled(path, password, options, |link, shared| {
            let mut taking = Taking::new(source, link, shared, progress);
            adopted = taking.run()?;
            taking.source.check_unchanged()
        })?;
        Ok((store, recovery, adopted))
    }
}

/// A takeover that is going on.
struct Taking<'a> {
    source: BaselineSource,
    link: &'a mut Link,
    shared: &'a Shared,
    progress: &'a mut dyn FnMut(AdoptProgress) -> bool,
    at: AdoptProgress,
}

impl<'a> Taking<'a> {
    fn new(
        source: BaselineSource,
        link: &'a mut Link,
        shared: &'a Shared,
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
            link,
            shared,
            progress,
            at: AdoptProgress {
                table: "contacts",
                done: 0,
                total,
            },
        }
    }

    fn run(&mut self) -> Result<Adopted, StoreError> {
        for plain in PLAIN {
            self.at.table = plain.table;
            let sql = plain::select(plain);
            self.table(
                &sql,
                |row| plain::read(plain, row),
                |tx, rows| tx.plain_take(plain, rows),
            )?;
        }
        let mut seen = Seen::default();
        self.at.table = "messages";
        self.table(
            messages::SELECT,
            |row| messages::read(row, &mut seen),
            |tx, rows| tx.messages_take(rows),
        )?;
        Ok(self.adopted(&seen))
    }

    /// Takes the rows of one statement, in one transaction a batch, and sees that none is missing.
    fn table<T>(
        &mut self,
        sql: &str,
        convert: impl FnMut(&privatus_sqlite::Row<'_>) -> Result<(T, usize), StoreError>,
        mut take: impl FnMut(&mut crate::tx::WriteTx<'_>, Vec<T>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let Self {
            source,
            link,
            shared,
            progress,
            at,
        } = self;
        let wanted = at.done + source.rows(at.table);
        source.batches(sql, convert, |rows| {
            let count = u64::try_from(rows.len()).unwrap_or_default();
            Store::write_on(link, shared, |tx| take(tx, rows))?;
            at.done += count;
            if progress(*at) {
                Ok(())
            } else {
                Err(StoreError::Interrupted)
            }
        })?;
        if at.done == wanted {
            return Ok(());
        }
        source.check_unchanged()?;
        Err(StoreError::Unexpected(format!(
            "{} has another number of rows than it says",
            at.table
        )))
    }

    fn adopted(&mut self, seen: &Seen) -> Adopted {
        let mut skipped = Vec::new();
        let mut skip = |table, rows, reason| {
            if rows > 0 {
                skipped.push(SkippedRows { table, rows, reason });
            }
            rows
        };
        let mut tables = Vec::new();
        for table in ALL {
            let rows = self.source.rows(table);
            let left_out = match table {
                "schema_migrations" => skip(table, rows, NO_LEDGER),
                "key_store" => skip(table, rows, FOREIGN_KEYS),
                "message_content" => skip(table, seen.deleted_large, OF_DELETED),
                _ => 0,
            };
            if !matches!(table, "schema_migrations" | "key_store") {
                tables.push(TakenRows {
                    table,
                    rows: rows - left_out,
                });
            }
        }
        let mut notes = std::mem::take(&mut self.source.notes);
        if seen.deleted > 0 {
            notes.push(format!(
                "{} deleted messages still had their content in the source; the vault keeps only that they were deleted",
                seen.deleted
            ));
        }
        if seen.differing > 0 {
            notes.push(format!(
                "{} messages with large content also had another, shorter one; the large content was taken",
                seen.differing
            ));
        }
        Adopted {
            tables,
            skipped,
            notes,
        }
    }
}
