//! The copy of the database that a schema change leaves.

use privatus_store::Snapshot;
use serde_json::{Value, json};

use crate::text::counted;

pub(crate) fn json(snapshot: &Snapshot) -> Value {
    json!({ "path": snapshot.path.display().to_string(), "bytes": snapshot.bytes })
}

/// Says where the copy is, how large it is, and how long it is kept.
pub(crate) fn text(snapshot: &Snapshot) -> String {
    format!(
        "the previous database, {}, {}; the next successful open removes it",
        snapshot.path.display(),
        counted(snapshot.bytes, "byte", "bytes")
    )
}
