//! The copy of the database that a change of its schema leaves.

use privatus_store::Snapshot;
use serde_json::{Value, json};

use crate::text::grouped;

pub(crate) fn json(snapshot: &Snapshot) -> Value {
    json!({ "path": snapshot.path.display().to_string(), "bytes": snapshot.bytes })
}

/// Where it is, how large, and how long it stays.
pub(crate) fn text(snapshot: &Snapshot) -> String {
    format!(
        "the database as it was, {}, {} bytes; the next open that goes well removes it",
        snapshot.path.display(),
        grouped(snapshot.bytes)
    )
}
