//! Going back to an older schema with the SQL stored in the vault, after showing what would be lost.

use privatus_migrate::{Loss, Version};

use super::Snapshot;
use crate::partition::schema::TEMPLATE;

/// What a step back would do and lose. [`Migrator::plan_down`](super::Migrator::plan_down) finds out by running it and
/// rolling it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DownPlan {
    /// The schema now.
    pub from: Version,
    /// The schema afterwards.
    pub to: Version,
    /// The steps to take back, newest first.
    pub steps: Vec<String>,
    /// Tables and columns that contain data and would be removed.
    pub losses: Vec<Loss>,
}

impl DownPlan {
    /// Returns the table of a loss under its known name: the template of all months is called `messages`.
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
    /// The steps that were taken back, newest first.
    pub steps: Vec<String>,
    /// The copy of the database from before; the next successful open removes it.
    pub snapshot: Snapshot,
}
