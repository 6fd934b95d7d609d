//! At the end of a story: exported, imported into another vault and exported again it is the same.

use std::sync::OnceLock;

use privatus_import::Report;
use privatus_import::privatus::{self, Trust, Vouched};
use privatus_store::Store;

use crate::machine::vault::Empty;

/// Of another vault, so that its own user has another id.
static OTHER: OnceLock<Empty> = OnceLock::new();

fn export(store: &Store) -> String {
    let mut out = Vec::new();
    privatus::export(store, &mut out, &mut |_| true).unwrap();
    String::from_utf8(out).unwrap()
}

pub(crate) fn compare(store: &Store) {
    let exported = export(store);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("export.jsonl");
    std::fs::write(&file, &exported).unwrap();
    let other = OTHER.get_or_init(Empty::new).copy(&folder.path().join("vault"));
    let mut report = Report::default();
    let vouched = Vouched::read(&file, &mut |_| true).unwrap();
    let trust = Trust::Vouched(&vouched);
    privatus::import(&other, &file, trust, &mut report, &mut |_| true).unwrap();
    assert!(!report.partial, "{report:?}");
    let again = export(&other);
    for (one, other) in exported.lines().zip(again.lines()) {
        assert_eq!(one, other, "a line of the export");
    }
    assert_eq!(exported.len(), again.len(), "how long the export is");
    let found = other.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
    assert!(found.is_content(), "imported: {:?}", found.problems);
}
