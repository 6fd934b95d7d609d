//! A copy of the key ring that does not fit is made again, and leaves a warning, a security event and an audit entry that
//! say what was found.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use privatus_domain::{AuditFilter, SecurityFilter, SecurityKind, Severity};
use privatus_sqlite::ErrorCode;
use privatus_sqlite::fault::FaultVfs;
use privatus_store::{Digest, KdfCost, Migrator, Password, Secret, Store, StoreError, VaultOptions};
use serde_json::Value;

use crate::fixture::{password, secret};

const NAMES: [&str; 2] = ["keyring.json", "keyring.json.1"];

fn unlock(path: &Path) -> Store {
    Store::unlock(path, &secret(), &VaultOptions::cheap_for_tests()).unwrap()
}

fn vault() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let (store, _) = Store::create(&path, &password(), &VaultOptions::cheap_for_tests()).unwrap();
    store.close().unwrap();
    (folder, path)
}

/// The same key ring of a later generation; gives the bytes of the earlier one.
fn changed(path: &Path) -> Vec<u8> {
    let before = fs::read(path.join(NAMES[0])).unwrap();
    let store = unlock(path);
    store
        .change_password(&secret(), &password(), Some(KdfCost::minimum()))
        .unwrap();
    store.close().unwrap();
    before
}

/// A key ring with one byte of its body changed, under a checksum that fits.
fn altered(bytes: &[u8]) -> Vec<u8> {
    let mut file: Value = serde_json::from_slice(bytes).unwrap();
    let mut body = STANDARD.decode(file["body"].as_str().unwrap()).unwrap();
    // The last byte of the last slot's time.
    *body.last_mut().unwrap() ^= 1;
    let mut digest = Digest::new();
    digest.update(&body);
    file["checksum"] = STANDARD.encode(digest.finalize()).into();
    file["body"] = STANDARD.encode(body).into();
    // One line, in the order of the form.
    let member = |name: &str| format!("\"{name}\":{}", file[name]);
    format!(
        "{{{}}}",
        ["format", "body", "checksum", "mac"].map(member).join(",")
    )
    .into_bytes()
}

/// The key ring of a vault whose password is another one now.
fn of_another_password(path: &Path) -> Vec<u8> {
    let mut password = "secret".to_owned();
    for new in ["another", "a third"] {
        let known = Secret::Password(Password::new(&password).unwrap());
        let store = Store::unlock(path, &known, &VaultOptions::cheap_for_tests()).unwrap();
        let password_now = Password::new(new).unwrap();
        store
            .change_password(&known, &password_now, Some(KdfCost::minimum()))
            .unwrap();
        store.close().unwrap();
        password = new.to_owned();
    }
    fs::read(path.join(NAMES[0])).unwrap()
}

/// Another vault's key ring at one name: every way in finds the other copy, and no secret of the other vault opens this one.
/// Returns how often the copy was rewritten.
fn foreign_copy_gives_way(path: &Path, name: &str, foreign: &[&[u8]]) -> usize {
    let options = VaultOptions::cheap_for_tests();
    let good = fs::read(path.join(NAMES[0])).unwrap();
    let theirs = Secret::Password(Password::new("a third").unwrap());
    for bytes in foreign {
        fs::write(path.join(name), bytes).unwrap();
        let refused = Store::unlock(path, &theirs, &options).unwrap_err();
        assert!(matches!(refused, StoreError::WrongSecret), "{name}: {refused}");
        let keys = Store::unlock_keys(path, &secret()).unwrap();
        let migrator = Migrator::unlock(path, &secret(), &options).unwrap();
        let told = migrator.warnings().join("\n");
        assert!(told.contains("belonged to another vault"), "{told}");
        drop(migrator);
        let store = Store::open(path, &keys, &options).unwrap();
        let told = store.warnings().join("\n");
        assert!(
            told.contains(&format!("{name} of the key ring belonged to another vault")),
            "{told}"
        );
        // Put there while the vault is open, it is no password's key ring either.
        fs::write(path.join(name), bytes).unwrap();
        let refused = store.change_password(&theirs, &Password::new("x").unwrap(), Some(KdfCost::minimum()));
        assert!(matches!(refused, Err(StoreError::WrongSecret)), "{refused:?}");
        store.close().unwrap();
        fs::write(path.join(name), &good).unwrap();
    }
    foreign.len()
}

/// Slots that an attacker put into one copy, under this vault's id: what opens the other says that it is not authentic.
#[test]
fn a_copy_with_other_slots_gives_way_and_a_later_one_does_not() {
    let (_folder, path) = vault();
    let first = fs::read(path.join(NAMES[0])).unwrap();
    let later = of_another_password(&path);
    // The later one is authentic: the first password opens nothing, whichever copy is which.
    for at in [0, 1] {
        fs::write(path.join(NAMES[at]), &first).unwrap();
        fs::write(path.join(NAMES[1 - at]), &later).unwrap();
        let refused = Store::unlock(&path, &secret(), &VaultOptions::cheap_for_tests()).unwrap_err();
        assert!(matches!(refused, StoreError::WrongSecret), "{refused}");
        // Altered, it says nothing about a later password.
        fs::write(path.join(NAMES[1 - at]), altered(&later)).unwrap();
        let store = unlock(&path);
        let told = store.warnings().join("\n");
        assert!(told.contains("was altered"), "{told}");
        drop(store);
    }
}

#[test]
fn each_fault_says_what_it_was() {
    let (_other_folder, other) = vault();
    let foreign = fs::read(other.join(NAMES[0])).unwrap();
    // Of the same password, and of another one and a higher generation.
    let higher = of_another_password(&other);
    let (_folder, path) = vault();
    let older = changed(&path);
    let good = fs::read(path.join(NAMES[0])).unwrap();
    let mut found = 0;
    for at in [0, 1] {
        let theirs: [&[u8]; 2] = [&higher, &foreign];
        // Of equal generations the first name counts.
        found += foreign_copy_gives_way(&path, NAMES[at], &theirs[..2 - at]);
        for (fault, severity) in [
            ("missing", Severity::Medium),
            ("damaged", Severity::Medium),
            ("behind", Severity::Medium),
            ("no_file", Severity::High),
            ("put_back", Severity::High),
            ("altered", Severity::Critical),
            ("foreign", Severity::Critical),
        ] {
            let copy = path.join(NAMES[at]);
            match (fault, at) {
                ("missing", _) => fs::remove_file(&copy).unwrap(),
                ("damaged", _) => fs::write(&copy, &good[..100]).unwrap(),
                // The first copy is written first: a change that is interrupted leaves the second one behind.
                ("behind", 1) | ("put_back", 0) => fs::write(&copy, &older).unwrap(),
                #[cfg(unix)]
                ("no_file", _) => {
                    fs::remove_file(&copy).unwrap();
                    std::os::unix::fs::symlink(&copy, &copy).unwrap();
                }
                ("altered", _) => fs::write(&copy, altered(&good)).unwrap(),
                ("foreign", _) => fs::write(&copy, &foreign).unwrap(),
                _ => continue,
            }
            let store = unlock(&path);
            let what = format!("{fault} at {}: {:?}", NAMES[at], store.warnings());
            assert_eq!(store.warnings().len(), 1, "{what}");
            assert!(
                store.warnings()[0].contains(&format!("the copy {} of the key ring", NAMES[at])),
                "{what}"
            );
            assert!(store.warnings()[0].contains("was rewritten"), "{what}");
            let filter = SecurityFilter {
                kind: Some(SecurityKind::KeyRingCopy),
                ..SecurityFilter::default()
            };
            // The newest first.
            let events = store.read(|tx| tx.security_events(&filter, 100)).unwrap();
            found += 1;
            assert_eq!(events.len(), found, "{what}");
            assert_eq!(events[0].severity, severity, "{what}");
            let details = events[0].raw_data.as_ref().unwrap().to_value();
            assert_eq!(
                (details["was"].as_str(), details["copy"].as_str()),
                (Some(fault), Some(NAMES[at])),
                "{what}"
            );
            let entries = store
                .read(|tx| tx.audit_entries(&AuditFilter::default(), 10))
                .unwrap();
            let healed = entries.iter().find(|entry| entry.action == "ring_heal").unwrap();
            assert!(healed.success, "{what}");
            assert_eq!(healed.details.as_ref().unwrap().to_value(), details, "{what}");
            store.close().unwrap();
            for name in NAMES {
                assert!(fs::read(path.join(name)).unwrap() == good, "{what}");
            }
            let store = unlock(&path);
            assert_eq!(store.warnings(), Vec::<String>::new(), "{what}: once");
            store.close().unwrap();
        }
    }
}

/// It is told at each open, and is one event until somebody resolves it.
#[test]
fn a_folder_in_the_place_of_a_copy_stays_and_is_told() {
    let (_folder, path) = vault();
    fs::remove_file(path.join(NAMES[1])).unwrap();
    fs::create_dir(path.join(NAMES[1])).unwrap();
    for opens in 1..=2 {
        let store = unlock(&path);
        assert!(
            store.warnings()[0].contains("could not be rewritten"),
            "{:?}",
            store.warnings()
        );
        let events = store
            .read(|tx| tx.security_events(&SecurityFilter::default(), 10))
            .unwrap();
        assert_eq!(events.len(), 1);
        let entries = store
            .read(|tx| tx.audit_entries(&AuditFilter::default(), 10))
            .unwrap();
        let healed = entries.iter().filter(|entry| entry.action == "ring_heal");
        assert_eq!(healed.filter(|entry| !entry.success).count(), opens);
        // A new password that would not reach both names is refused, and the old one stays.
        let new = Password::new("another").unwrap();
        store
            .change_password(&secret(), &new, Some(KdfCost::minimum()))
            .unwrap_err();
        store.close().unwrap();
    }
}

/// Events and entries of copies that did not fit.
fn recorded(store: &Store) -> (Vec<Severity>, usize) {
    let filter = SecurityFilter {
        kind: Some(SecurityKind::KeyRingCopy),
        ..SecurityFilter::default()
    };
    let events = store.read(|tx| tx.security_events(&filter, 100)).unwrap();
    let entries = store
        .read(|tx| tx.audit_entries(&AuditFilter::default(), 100))
        .unwrap();
    let healed = entries.iter().filter(|entry| entry.action == "ring_heal");
    (
        events.into_iter().map(|event| event.severity).collect(),
        healed.count(),
    )
}

fn alter(path: &Path) -> Vec<u8> {
    let bytes = altered(&fs::read(path.join(NAMES[0])).unwrap());
    fs::write(path.join(NAMES[1]), &bytes).unwrap();
    bytes
}

/// A change of the schema writes both copies, as a change of the password does.
#[test]
fn a_change_of_the_schema_replaces_no_copy_in_silence() {
    let (_folder, path) = vault();
    let migrator = |path: &Path| {
        let migrator = Migrator::unlock(path, &secret(), &VaultOptions::cheap_for_tests()).unwrap();
        let told = migrator.warnings().join("\n");
        assert!(
            told.contains("keyring.json.1 of the key ring was altered"),
            "{told}"
        );
        migrator
    };
    let bad = alter(&path);
    let mut down = migrator(&path);
    let first = down.status().unwrap()[0].version;
    let plan = down.plan_down(first).unwrap();
    assert!(
        fs::read(path.join(NAMES[1])).unwrap() == bad,
        "a plan changes nothing"
    );
    down.down(&plan).unwrap().unwrap();
    drop(down);
    assert!(fs::read(path.join(NAMES[1])).unwrap() != bad);
    alter(&path);
    migrator(&path).up().unwrap().unwrap();
    assert!(fs::read(path.join(NAMES[0])).unwrap() == fs::read(path.join(NAMES[1])).unwrap());
    let store = unlock(&path);
    assert_eq!(recorded(&store), (vec![Severity::Critical; 2], 2));
}

#[test]
fn a_change_of_the_password_replaces_no_copy_in_silence() {
    let (_folder, path) = vault();
    let store = unlock(&path);
    alter(&path);
    let new = Password::new("another").unwrap();
    store
        .change_password(&secret(), &new, Some(KdfCost::minimum()))
        .unwrap();
    assert_eq!(recorded(&store), (vec![Severity::Critical], 1));
}

/// What cannot be written down first is not made again: the next open would find nothing to tell.
#[test]
fn a_copy_is_not_made_again_where_nothing_can_be_written_down() {
    const NAME: &str = "healing-without-a-record";
    let faults = FaultVfs::register(NAME).unwrap();
    let (_folder, path) = vault();
    let keys = Store::unlock_keys(&path, &secret()).unwrap();
    let bad = alter(&path);
    let options = VaultOptions {
        vfs: Some(NAME.into()),
        ..VaultOptions::cheap_for_tests()
    };
    faults.fail_writes_after(0, ErrorCode::Full);
    let store = Store::open(&path, &keys, &options).unwrap();
    let told = store.warnings().join("\n");
    assert!(
        told.contains("was altered") && told.contains("it was left as it is"),
        "{told}"
    );
    drop(store);
    assert!(fs::read(path.join(NAMES[1])).unwrap() == bad);
    faults.disarm();
    let store = unlock(&path);
    let told = store.warnings().join("\n");
    assert!(told.contains("it was rewritten"), "{told}");
    assert_eq!(recorded(&store), (vec![Severity::Critical], 1));
}

/// Whoever holds it may never let go.
#[test]
fn a_key_ring_lock_that_is_held_ends_an_open_and_refuses_a_change() {
    let (_folder, path) = vault();
    alter(&path);
    let held = fs::File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path.join("keyring.lock"))
        .unwrap();
    held.lock().unwrap();
    let store = unlock(&path);
    let told = store.warnings().join("\n");
    assert!(
        told.contains("could not be rewritten") && told.contains("keyring.lock is held"),
        "{told}"
    );
    let new = Password::new("another").unwrap();
    let refused = store.change_password(&secret(), &new, Some(KdfCost::minimum()));
    assert!(
        matches!(refused, Err(StoreError::Busy(why)) if why.contains("keyring.lock")),
        "{refused:?}"
    );
}
