//! A disk that is full in the middle of an import, and a second run after space is made.

#[cfg(target_os = "linux")]
mod small;

use std::fs;
use std::path::Path;

use privatus_import::legacy::Zone;
use privatus_import::{ImportError, Report, telegram};
use privatus_sqlite::ErrorCode;
use privatus_sqlite::fault::FaultVfs;
use privatus_store::{Password, Secret, Store, StoreError, VaultOptions};
use privatus_tests::{PASSWORD, init, ok, telegram as export};

use super::{json, vault};

const MESSAGES: usize = 12_000;

fn source(path: &Path) {
    let texts: Vec<String> = (0..MESSAGES)
        .map(|n| format!("message number {n}, {}", "x".repeat(100)))
        .collect();
    fs::write(path, export("Someone", &texts)).unwrap();
}

fn bring(store: &Store, path: &Path) -> (Result<(), ImportError>, Report) {
    let zone = Zone::named("UTC").unwrap();
    let options = telegram::Options {
        me: None,
        zone: &zone,
        chat: None,
    };
    let mut report = Report::new("telegram");
    let result = telegram::import(store, path, &options, &mut report, &mut |_| true);
    (result, report)
}

/// The disk fills at many places, seen through a VFS that fails on request: whole transactions stay, the error is "disk
/// full", and the same store completes the import when there is space again.
#[test]
fn full_at_many_places_of_an_import() {
    const NAME: &str = "full-in-an-import";
    let faults = FaultVfs::register(NAME).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("source.json");
    source(&path);
    let options = VaultOptions {
        vfs: Some(NAME.into()),
        ..VaultOptions::cheap_for_tests()
    };
    for (round, space) in [0, 5_000, 700_000, 2_000_000, 4_000_000].into_iter().enumerate() {
        let vault = dir.path().join(format!("vault{round}"));
        init(&vault);
        let secret = Secret::Password(Password::new(PASSWORD).unwrap());
        let store = Store::unlock(&vault, &secret, &options).unwrap();
        let injected = faults.counters().injected;
        faults.fail_writes_after(space, ErrorCode::Full);
        let (result, first) = bring(&store, &path);
        assert!(
            matches!(result, Err(ImportError::Store(StoreError::DiskFull))),
            "with {space} bytes of space: {result:?}"
        );
        assert!(faults.counters().injected > injected, "nothing failed");
        assert_eq!(first.messages_imported % 5_000, 0, "whole transactions");
        // Still full: what is stored can be read, and the vault can be closed.
        let chats = store.read(|tx| tx.conversations(usize::MAX)).unwrap();
        assert_eq!(
            chats.iter().map(|chat| chat.messages).sum::<u64>(),
            first.messages_imported
        );
        if round % 2 == 0 {
            faults.disarm();
            let (result, second) = bring(&store, &path);
            result.unwrap();
            assert_eq!(second.messages_known, first.messages_imported);
            assert_eq!(second.messages_imported + second.messages_known, MESSAGES as u64);
            store.close().unwrap();
        } else {
            store.close().unwrap();
            faults.disarm();
            let word = super::word(&path);
            assert_eq!(
                json(&vault, &["import", "telegram", word])["messages_known"],
                first.messages_imported
            );
        }
        assert_eq!(json(&vault, &["stats"])["messages"], MESSAGES);
        assert_eq!(json(&vault, &["verify"])["ok"], true);
    }
}

#[test]
fn a_full_log_is_no_failure_of_a_message_that_was_kept() {
    const NAME: &str = "full-at-the-end";
    let faults = FaultVfs::register(NAME).unwrap();
    let (_dir, vault) = vault();
    ok(&vault, &["contacts", "add", "Someone"]);
    ok(&vault, &["send", "Someone", "hello"]);
    let options = VaultOptions {
        vfs: Some(NAME.into()),
        ..VaultOptions::default()
    };
    let secret = Secret::Password(Password::new(PASSWORD).unwrap());
    let store = Store::unlock(&vault, &secret, &options).unwrap();
    let chat = store.read(|tx| tx.conversations(1)).unwrap().remove(0);
    store
        .write("mark_read", |tx| tx.conversation_mark_read(&chat.id, None))
        .unwrap();
    store
        .write("setting", |tx| {
            let now = tx.now();
            tx.setting_set(
                "",
                &privatus_domain::SettingKey::new("kept")?,
                serde_json::json!(1),
                now,
            )
        })
        .unwrap();
    faults.fail_writes_after(0, ErrorCode::Full);
    store.close().unwrap();
    faults.disarm();
    assert!(ok(&vault, &["settings", "get", "kept"]).contains('1'));
}
