//! Stepping back with the SQL that the vault keeps: what would be lost is said before.

use privatus_migrate::{Loss, Version};

use super::Snapshot;
use crate::partition::schema::TEMPLATE;

/// What a step back would do, and lose. Made by [`Migrator::plan_down`](super::Migrator::plan_down), which did it all
/// and undid it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DownPlan {
    /// The schema now.
    pub from: Version,
    /// The schema afterwards.
    pub to: Version,
    /// The steps that are taken back, the newest first.
    pub steps: Vec<String>,
    /// Tables and columns that would be gone, with something in them.
    pub losses: Vec<Loss>,
}

impl DownPlan {
    /// The table of a loss under the name by which it is known: what stands for all months is `messages`.
    pub fn table_of(loss: &Loss) -> &str {
        match loss.table.as_str() {
            TEMPLATE => "messages",
            table => table,
        }
    }
}

/// What a step back did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Downgrade {
    /// The schema before.
    pub from: Version,
    /// The schema now.
    pub to: Version,
    /// The steps that were taken back, the newest first.
    pub steps: Vec<String>,
    /// The copy of the database as it was; the next open that goes well removes it.
    pub snapshot: Snapshot,
}
