//! A kill in the middle of an import: what stands is whole, and a second import completes it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs
)]

use std::fs;
use std::process::Stdio;

use privatus_tests::{init, ok, privatus, telegram};

#[test]
fn a_killed_import_is_completed_by_a_second() {
    const COUNT: usize = 20_000;
    let dir = tempfile::tempdir().unwrap();
    let (vault, source) = (dir.path().join("vault"), dir.path().join("source.json"));
    init(&vault);
    let texts: Vec<String> = (0..COUNT).map(|n| format!("message number {n}")).collect();
    fs::write(&source, telegram("Someone", &texts)).unwrap();
    let mut command = privatus(&vault);
    command.args(["import", "telegram"]).arg(&source);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    // The first batch has reached the log when the log holds pages; only its length is looked at.
    let log = vault.join("privatus.db-wal");
    while fs::metadata(&log).map_or(0, |at| at.len()) < 100_000 && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    assert!(
        child.try_wait().unwrap().is_none(),
        "the import ended before the kill"
    );
    child.kill().unwrap();
    child.wait().unwrap();
    ok(&vault, &["verify"]);
    ok(&vault, &["import", "telegram", source.to_str().unwrap()]);
    ok(&vault, &["verify"]);
    let stats: serde_json::Value = serde_json::from_str(&ok(&vault, &["--json", "stats"])).unwrap();
    assert_eq!(stats["messages"], COUNT);
}
