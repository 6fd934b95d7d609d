//! What an open changed of the schema.

use privatus_migrate::Version;

use super::snapshot::Snapshot;

/// What an open changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgrade {
    /// The schema before.
    pub from: Version,
    /// The schema now.
    pub to: Version,
    /// The steps' folders, in order.
    pub steps: Vec<String>,
    /// The copy of the database as it was; the next open that goes well removes it.
    pub snapshot: Snapshot,
}
