//! What a takeover did, and where it is.

use super::database::RowCounts;
use super::findings::Findings;
use super::tables::ALL;

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

/// What [`BaselineSource::adopt`](super::BaselineSource::adopt) did.
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

impl Adopted {
    /// Sums up a takeover whose rows are all there; `notes` are those on the source's tables.
    pub(super) fn sum_up(counts: &RowCounts, mut notes: Vec<String>, findings: &Findings) -> Self {
        let mut skipped = Vec::new();
        let mut skip = |table, rows, reason| {
            if rows > 0 {
                skipped.push(SkippedRows { table, rows, reason });
            }
            rows
        };
        let mut tables = Vec::new();
        for table in ALL {
            let rows = counts.of_table(table);
            let left_out = match table {
                "schema_migrations" => skip(table, rows, NO_LEDGER),
                "key_store" => skip(table, rows, FOREIGN_KEYS),
                "message_content" => skip(table, findings.deleted_large, OF_DELETED),
                _ => 0,
            };
            if !matches!(table, "schema_migrations" | "key_store") {
                tables.push(TakenRows {
                    table,
                    rows: rows - left_out,
                });
            }
        }
        if findings.deleted > 0 {
            notes.push(format!(
                "{} deleted messages still had their content in the source; the vault keeps only that they were deleted",
                findings.deleted
            ));
        }
        if findings.differing > 0 {
            notes.push(format!(
                "{} messages with large content also had another one; the large content was taken",
                findings.differing
            ));
        }
        if findings.unverified > 0 {
            notes.push(format!(
                "{} contacts were verified and had no key; without one there is nothing that was verified, so they are not",
                findings.unverified
            ));
        }
        rights(findings, &mut notes);
        Self {
            tables,
            skipped,
            notes,
        }
    }
}

/// What of the database gives rights in the vault: it came over as it stood.
fn rights(findings: &Findings, notes: &mut Vec<String>) {
    for (count, what) in [
        (
            findings.grants,
            "rows of access_control that came over, and let the users that they name do what they say",
        ),
        (
            findings.unread_grants,
            "rows of access_control that came over, which no build reads, and which let nobody do anything",
        ),
        (findings.verified, "contacts that came over as verified"),
        (findings.roles, "owners and admins of groups that came over"),
    ] {
        if count > 0 {
            notes.push(format!("{what}: {count}"));
        }
    }
    if findings.own_key {
        notes.push("the public key of the vault's own user came over with the settings".into());
    }
}
