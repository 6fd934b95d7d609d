//! The result and the progress of an adoption.

use super::database::RowCounts;
use super::findings::Findings;
use super::tables::ALL;
use crate::note::counted;

/// Rows that were adopted from one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenRows {
    /// The table, as the specification names it.
    pub table: &'static str,
    /// How many rows.
    pub rows: u64,
}

/// Rows that were not adopted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedRows {
    /// The table, as the specification names it.
    pub table: &'static str,
    /// How many rows.
    pub rows: u64,
    /// Why, for a person.
    pub reason: &'static str,
}

/// The result of [`BaselineSource::adopt`](super::BaselineSource::adopt).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Adopted {
    /// The tables whose rows were adopted, including empty ones, in the specification's order.
    pub tables: Vec<TakenRows>,
    /// What was left out.
    pub skipped: Vec<SkippedRows>,
    /// Notes for a person, one sentence each.
    pub notes: Vec<String>,
}

/// The progress of an adoption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdoptProgress {
    /// The table being read.
    pub table: &'static str,
    /// Rows adopted so far, over all tables.
    pub done: u64,
    /// Total number of rows.
    pub total: u64,
}

const NO_LEDGER: &str = "the vault has its own ledger";
const FOREIGN_KEYS: &str = "keys of another application, which this vault cannot unwrap";
const OF_DELETED: &str = "content of deleted messages, which a vault does not keep";

impl Adopted {
    /// Sums up a complete adoption; `notes` are the notes on the source's tables.
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
                "{} in the source; the vault only records the deletion",
                counted(
                    findings.deleted,
                    "deleted message still had its content",
                    "deleted messages still had their content"
                )
            ));
        }
        if findings.differing > 0 {
            notes.push(format!(
                "{} with large content also had different content of its own; the large content was adopted",
                counted(findings.differing, "message", "messages")
            ));
        }
        if findings.unverified > 0 {
            notes.push(format!(
                "{} marked as verified but without a key, so the mark was removed",
                counted(findings.unverified, "contact was", "contacts were")
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

/// Notes on rights in the database, which were adopted unchanged.
fn rights(findings: &Findings, notes: &mut Vec<String>) {
    for (count, what) in [
        (findings.grants, "grants that were adopted and are in effect"),
        (
            findings.unread_grants,
            "rows of access_control that were adopted but that no build can read; they grant nothing",
        ),
        (findings.verified, "contacts that were adopted as verified"),
        (findings.roles, "owners and admins of groups that were adopted"),
    ] {
        if count > 0 {
            notes.push(format!("{what}: {count}"));
        }
    }
    if findings.own_key {
        notes.push("the public key of the vault's own user was adopted with the settings".into());
    }
}
