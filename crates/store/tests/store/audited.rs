//! What a vault's own life leaves in its audit log and among its security events.

use std::fs;
use std::path::{Path, PathBuf};

use privatus_domain::{AuditEntry, AuditFilter, SecurityEvent, SecurityFilter, Severity};
use privatus_sqlite::ErrorCode;
use privatus_sqlite::fault::FaultVfs;
use privatus_store::{
    KdfCost, Migrator, Password, RecoveryCode, STEPS, Secret, Store, StoreError, VaultOptions,
};

use crate::fixture::{open, options, password, secret};

fn vault() -> (tempfile::TempDir, PathBuf, RecoveryCode) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let (store, code) = Store::create(&path, &password(), &options()).unwrap();
    store.close().unwrap();
    (folder, path, code)
}

fn fail(path: &Path, times: usize) {
    let wrong = Secret::Password(Password::new("wrong").unwrap());
    for _ in 0..times {
        let error = Store::unlock(path, &wrong, &options()).unwrap_err();
        assert!(matches!(error, StoreError::WrongSecret));
    }
}

fn entries(store: &Store) -> Vec<AuditEntry> {
    let filter = AuditFilter::default();
    store.read(|tx| tx.audit_entries(&filter, 100)).unwrap()
}

/// The acts of the log, newest first, once its chain was found whole.
fn acts(store: &Store) -> Vec<String> {
    assert_eq!(store.audit_verify(None, &mut |_| true).unwrap().broken, None);
    let act = |entry: AuditEntry| format!("{} {}", entry.event_type, entry.action);
    entries(store).into_iter().map(act).collect()
}

fn events(store: &Store) -> Vec<SecurityEvent> {
    let filter = SecurityFilter::default();
    store.read(|tx| tx.security_events(&filter, 100)).unwrap()
}

#[test]
fn a_session_that_only_reads_leaves_its_unlock_when_it_is_closed() {
    let (_folder, path, code) = vault();
    let store = open(&path);
    assert_eq!(acts(&store), ["vault create"], "not at once");
    store.close().unwrap();
    // One that is dropped was not closed: that of a process that is killed.
    drop(open(&path));
    let store = Store::unlock(&path, &Secret::RecoveryCode(code), &options()).unwrap();
    assert_eq!(acts(&store), ["authentication unlock", "vault create"]);
    // A write takes it along.
    store.write("nothing", |_| Ok::<_, StoreError>(())).unwrap();
    assert_eq!(acts(&store).len(), 3);
    let newest = entries(&store).remove(0);
    assert_eq!(newest.details.unwrap().as_str(), "{\"secret\":\"recovery_code\"}");
    store.close().unwrap();
    assert_eq!(acts(&open(&path)).len(), 3, "and only once");
}

#[test]
fn failed_unlocks_are_an_entry_and_an_event_at_once() {
    let (_folder, path, _) = vault();
    fail(&path, 3);
    let store = open(&path);
    let expected = [
        "authentication unlock",
        "authentication unlock_failed",
        "vault create",
    ];
    assert_eq!(acts(&store), expected);
    let entry = entries(&store).remove(1);
    let details = entry.details.unwrap().to_value();
    assert_eq!(
        (&details["failed"], &details["within_window"]),
        (&3.into(), &3.into())
    );
    assert!(!entry.success && entry.error_message.is_some());
    let event = events(&store).remove(0);
    assert_eq!(
        (event.event_type.as_str(), event.severity),
        ("authentication", Severity::Medium)
    );
    assert!(event.description.unwrap().contains("3 times"));
    assert_eq!(event.raw_data.unwrap().to_value()["failed"], 3);
    drop(store);
    // Five within the window are many, twenty are worse.
    fail(&path, 5);
    drop(open(&path));
    fail(&path, 20);
    let found: Vec<(String, Severity)> = events(&open(&path))
        .into_iter()
        .map(|event| (event.event_type, event.severity))
        .collect();
    let expected = [
        ("authentication", Severity::Critical),
        ("many_failures", Severity::High),
        ("authentication", Severity::High),
        ("authentication", Severity::Medium),
    ];
    assert_eq!(
        found,
        expected.map(|(kind, severity)| (kind.to_owned(), severity))
    );
}

/// What could not be written stays counted.
#[test]
fn attempts_are_forgotten_only_when_they_are_committed() {
    const NAME: &str = "full-at-an-open";
    let faults = FaultVfs::register(NAME).unwrap();
    let (_folder, path, _) = vault();
    fail(&path, 2);
    let full = VaultOptions {
        vfs: Some(NAME.into()),
        ..options()
    };
    faults.fail_writes_after(0, ErrorCode::Full);
    let store = Store::unlock(&path, &secret(), &full).unwrap();
    let warnings = store.warnings().join(" ");
    assert!(
        warnings.contains("2 times") && warnings.contains("could not be recorded"),
        "{warnings}"
    );
    assert!(path.join("attempts.json").exists());
    drop(store);
    faults.disarm();
    let store = open(&path);
    assert_eq!(entries(&store)[1].action, "unlock_failed");
    assert!(!path.join("attempts.json").exists());
}

#[test]
fn a_changed_password_and_a_key_ring_put_back() {
    let (_folder, path, code) = vault();
    let ring = fs::read(path.join("keyring.json")).unwrap();
    let store = open(&path);
    let (code, cost) = (Secret::RecoveryCode(code), Some(KdfCost::minimum()));
    store
        .change_password(&code, &Password::new("another").unwrap(), cost)
        .unwrap();
    let newest = entries(&store).remove(0);
    assert_eq!(newest.action, "password_change");
    assert_eq!(newest.details.unwrap().to_value()["with"], "recovery_code");
    store.close().unwrap();

    for name in ["keyring.json", "keyring.json.1"] {
        fs::write(path.join(name), &ring).unwrap();
    }
    for _ in 0..2 {
        let store = open(&path);
        assert!(store.warnings().join(" ").contains("restored copy"));
        drop(store);
    }
    let store = open(&path);
    let rollbacks = acts(&store)
        .iter()
        .filter(|act| *act == "key ring_rollback")
        .count();
    assert_eq!(rollbacks, 3, "each time");
    let found = events(&store);
    assert_eq!(found.len(), 1, "once until somebody resolves it");
    assert_eq!(
        (found[0].event_type.as_str(), found[0].severity),
        ("key_ring_rollback", Severity::Critical)
    );
}

#[test]
fn a_step_back_and_up_again_are_written_down_and_the_chain_holds() {
    let (_folder, path, _) = vault();
    let first = STEPS.all()[0].version();
    let mut stepping = Migrator::unlock(&path, &secret(), &options()).unwrap();
    let plan = stepping.plan_down(first).unwrap();
    stepping.down(&plan).unwrap();
    drop(stepping);
    let store = open(&path);
    let acts = acts(&store);
    let expected = [
        "key ring_note",
        "authentication unlock",
        "vault schema_upgrade",
        "audit settle",
        "vault schema_downgrade",
        "vault create",
    ];
    assert_eq!(acts, expected);
    let upgrade = entries(&store).remove(2).details.unwrap().to_value();
    assert_eq!(
        (&upgrade["from"], &upgrade["to"]),
        (&first.into(), &STEPS.newest().into())
    );
    assert_eq!(upgrade["steps"].as_array().unwrap().len(), STEPS.all().len() - 1);
    // That the log had lost its MACs is to be expected here, and said all the same.
    assert_eq!(events(&store)[0].event_type, "tampering");
    assert!(store.verify(&mut |_| ()).unwrap().is_content());
}
