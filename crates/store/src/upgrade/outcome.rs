//! What opening a vault changed in its schema.

use privatus_migrate::Version;

use super::snapshot::Snapshot;

/// What opening a vault changed in its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgrade {
    /// The schema before.
    pub from: Version,
    /// The schema now.
    pub to: Version,
    /// The names of the steps' folders, in order.
    pub steps: Vec<String>,
    /// The copy of the database from before; the next successful open removes it.
    pub snapshot: Snapshot,
}
