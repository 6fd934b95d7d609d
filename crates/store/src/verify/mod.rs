//! The checks of `verify`: the file, the keys, and the store's own books (docs/DESIGN.md, section 7).

mod chain;
mod columns;
mod content;
mod derived;
mod events;
mod file;
mod found;
mod grants;
mod groups;
mod kinds;
mod ledger;
mod limits;
mod lists;
mod messages;
mod origin;
mod rows;
mod schema;
mod sealed;
mod sequences;
mod sizes;
#[cfg(test)]
mod tests;
mod values;

use privatus_domain::{Permission, Resource, ResourceKind};

use crate::error::{StoreError, SystemFault};
use crate::tx::ReadTx;
use crate::verify::origin::Foreign;

/// How many rows are read at a time.
const BATCH: u32 = 1_000;
/// How many problems are listed; the rest are only counted.
const LISTED: usize = 100;

/// The result of a check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// Messages whose sealed content was opened.
    pub messages: u64,
    /// Other sealed values opened.
    pub values: u64,
    /// Conversations whose counters were compared.
    pub conversations: u64,
    /// Entries of the audit log with a valid MAC.
    pub audit_entries: u64,
    /// What is wrong with the audit log; also one of the problems.
    pub audit_broken: Option<String>,
    /// Whether a page could not be authenticated or is not a valid page; nothing else was checked then.
    pub is_damaged: bool,
    /// The problems, at most 100.
    pub problems: Vec<String>,
    /// How many problems there are.
    pub problem_count: u64,
    /// Unused pages of the file: harmless, and `VACUUM` frees them.
    pub unused_pages: u64,
}

impl Verification {
    fn problem(&mut self, text: String) {
        self.problem_count += 1;
        if self.problems.len() < LISTED {
            self.problems.push(text);
        }
    }

    /// Adds the findings of another part.
    fn take(&mut self, other: Self) {
        let unlisted = other
            .problem_count
            .saturating_sub(u64::try_from(other.problems.len()).unwrap_or_default());
        other.problems.into_iter().for_each(|text| self.problem(text));
        self.problem_count += unlisted;
        self.unused_pages += other.unused_pages;
    }

    /// Returns whether nothing is wrong.
    #[must_use]
    pub const fn is_content(&self) -> bool {
        self.problem_count == 0
    }
}

/// The progress of a check, reported as each step begins and continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifyProgress {
    /// What is being checked.
    pub step: &'static str,
    /// Messages opened so far.
    pub done: u64,
    /// Messages in all.
    pub total: u64,
}

/// A higher limit than the default of 100 lines: unused pages are listed too, and must not crowd out the problems.
const INTEGRITY: &str = "integrity_check(100000)";
/// SQLite's check stops at an object that the schema names but the file does not contain.
const NOT_UNDER_BROKEN: &str =
    "the pages were not checked against each other: SQLite rejects a row of the schema";

impl ReadTx<'_> {
    /// Checks everything in this snapshot. Damage is reported, not returned as an error.
    ///
    /// # Errors
    /// [`StoreError`] if the check itself could not run.
    pub fn verify(&mut self, progress: &mut dyn FnMut(VerifyProgress)) -> Result<Verification, StoreError> {
        self.permit(&Resource::every(ResourceKind::Vault), Permission::Read)?;
        // Each part names its own rows.
        let is_naming = self.db.names_rows(false);
        let found = self.verify_parts(progress);
        self.db.names_rows(is_naming);
        found
    }

    fn verify_parts(&mut self, progress: &mut dyn FnMut(VerifyProgress)) -> Result<Verification, StoreError> {
        let mut found = Verification::default();
        // First, because it names every damaged page: a connection that has met one cannot be used any more.
        self.verify_file(
            "cipher_integrity_check",
            "authentication",
            &mut found,
            0,
            progress,
        )?;
        // This check reads the file without its log. A page left half-written by a merge is intact in the log.
        if !found.is_content() {
            if !self.db.has_log() || !self.reads_whole() {
                // It lists pages that the system could not read along with the damaged ones.
                if self.db.raw().has_failed_read() {
                    let first = found.problems.first().map(String::as_str).unwrap_or_default();
                    return Err(StoreError::System {
                        doing: format!("check every page ({first})"),
                        fault: SystemFault::DiskFails,
                    });
                }
                found.is_damaged = true;
                return Ok(found);
            }
            found = Verification::default();
        }
        // If a table or a row stops one part, that is reported, and the other parts continue.
        self.part(&mut found, "the schema", Self::verify_schema)?;
        let mut total = 0;
        self.part(&mut found, "the register of messages", |tx, _| {
            total = tx.messages_registered()?;
            Ok(())
        })?;
        if self.db.has_broken_schema() {
            found.problem(NOT_UNDER_BROKEN.to_owned());
        } else if let Err(error) = self.verify_file(INTEGRITY, "pages", &mut found, total, progress) {
            // A connection that met damage cannot be used any more; report what the schema showed.
            if !self.db.is_spoiled() || found.is_content() {
                return Err(error);
            }
            found.problem(format!(
                "the pages could not be checked completely: {}",
                error.reason()
            ));
            found.is_damaged = true;
            return Ok(found);
        }
        progress(VerifyProgress {
            step: "references",
            done: 0,
            total,
        });
        self.part(&mut found, "the ledger of migrations", Self::verify_ledger)?;
        self.part(&mut found, "the catalogue of months", Self::verify_catalogue)?;
        self.part(&mut found, "references", Self::verify_references)?;
        self.part(&mut found, "types of values", Self::verify_kinds)?;
        self.part(&mut found, "messages", |tx, found| {
            tx.verify_messages(found, total, progress)
        })?;
        progress(VerifyProgress {
            step: "counters",
            done: found.messages,
            total,
        });
        self.part(&mut found, "counters", Self::verify_counters)?;
        self.part(&mut found, "books", Self::verify_books)?;
        self.part(&mut found, "sealed values", Self::verify_values)?;
        // If the origin is unknown, every row is checked.
        let mut foreign = Foreign::Nothing;
        self.part(&mut found, "the origin of the vault", |tx, _| {
            foreign = tx.foreign_rows()?;
            Ok(())
        })?;
        self.part(&mut found, "number counters", Self::verify_sequences)?;
        self.part(&mut found, "sizes", |tx, found| tx.verify_sizes(found, &foreign))?;
        self.part(&mut found, "security events", |tx, found| {
            tx.verify_events(found, &foreign)
        })?;
        self.part(&mut found, "grants", |tx, found| {
            tx.verify_grants(found, &foreign)
        })?;
        self.part(&mut found, "the audit log", |tx, found| {
            tx.verify_chain(found, total, progress)
        })?;
        Ok(found)
    }

    /// Runs one part of the check. An error that stops it becomes a problem, as long as the connection still works.
    fn part(
        &mut self,
        found: &mut Verification,
        what: &str,
        check: impl FnOnce(&mut Self, &mut Verification) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let why = match check(self, found) {
            Ok(()) => return Ok(()),
            Err(error) if self.db.is_spoiled() => return Err(error),
            Err(StoreError::DatabaseDamaged(why) | StoreError::Unexpected(why)) => why,
            Err(StoreError::System { doing, .. }) => doing,
            Err(error) => return Err(error),
        };
        found.problem(format!("{what} could not be checked completely: {why}"));
        Ok(())
    }

    /// Opens every sealed value other than the messages, and every key.
    fn verify_values(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        let before = found.problem_count;
        self.verify_sealed(found)?;
        self.verify_lists(found, found.problem_count > before)?;
        self.verify_keys(found)
    }
}
