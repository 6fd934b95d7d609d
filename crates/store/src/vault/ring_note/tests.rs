//! The note from its first writing to what it finds.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::fs;
use std::path::Path;

use privatus_crypto::{AuditNote, KeyRing, Noted, Unlocked};
use privatus_domain::{Act, AuditFilter, NewAuditEntry, Resolution, SecurityFilter, SecurityKind, Severity};

use crate::testing::{Vault, at, clock, options, secret, strip_note as strip, unlock};
use crate::upgrade::Migrator;
use crate::{Store, StoreError};

const COPIES: [&str; 2] = ["keyring.json", "keyring.json.1"];

/// All traces of the chain taken away with plain SQL, an entry forged, and the books made to fit: as if the vault came from
/// a build without a chain.
const LAUNDER: &str = "UPDATE vault_state SET settled_version = 0; \
     UPDATE audit_log SET mac = NULL, key_number = NULL, action = 'forged'; \
     DELETE FROM key_store WHERE key_type = 'audit'";

fn ring(path: &Path) -> (KeyRing, Unlocked) {
    let ring = KeyRing::parse(&fs::read(path.join(COPIES[0])).unwrap()).unwrap();
    let unlocked = ring.unlock(&secret()).unwrap();
    (ring, unlocked)
}

fn note(path: &Path) -> AuditNote {
    let (_, unlocked) = ring(path);
    unlocked.noted().note().unwrap().clone()
}

fn actions(store: &Store) -> Vec<String> {
    let entries = store.read(|tx| tx.audit_entries(&AuditFilter::default(), 1_000));
    entries.unwrap().into_iter().map(|entry| entry.action).collect()
}

fn count(store: &Store, act: Act) -> usize {
    let all = actions(store);
    all.iter().filter(|action| *action == act.action()).count()
}

/// Severities of the events that say that the note was contradicted.
fn alarms(store: &Store) -> Vec<Severity> {
    let filter = SecurityFilter {
        kind: Some(SecurityKind::AuditContradicted),
        ..SecurityFilter::default()
    };
    let events = store.read(|tx| tx.security_events(&filter, 100)).unwrap();
    events.into_iter().map(|event| event.severity).collect()
}

fn warned(store: &Store) -> String {
    store.warnings().join("\n")
}

#[test]
fn a_new_vault_has_it_from_the_first_generation() {
    let vault = Vault::new();
    let (_folder, path) = vault.lock();
    let (first, _) = ring(&path);
    let found = note(&path);
    assert_eq!((first.generation(), found.generation), (1, 1));
    assert_eq!(
        (found.schema, found.going_to),
        (Migrator::newest(), Migrator::newest())
    );
    assert_eq!((found.log_id > 0, found.losses, found.last_loss), (true, 0, 0));
    let store = unlock(&path).unwrap();
    assert_eq!(
        (warned(&store), count(&store, Act::KeyRingNote)),
        (String::new(), 0)
    );
    store.close().unwrap();
    assert_eq!(ring(&path).0.generation(), 1);
}

#[test]
fn a_vault_from_before_gets_it_once_and_the_log_says_so() {
    let (_folder, path) = Vault::new().lock();
    strip(&path);
    for _ in 0..3 {
        let store = unlock(&path).unwrap();
        assert_eq!(
            (warned(&store), count(&store, Act::KeyRingNote)),
            (String::new(), 1)
        );
        let check = store.read(|tx| tx.audit_verify(None, &mut |_| true)).unwrap();
        assert_eq!(check.broken, None);
        store.close().unwrap();
        assert_eq!((ring(&path).0.generation(), note(&path).generation), (2, 2));
        assert_eq!(
            fs::read(path.join(COPIES[0])).unwrap(),
            fs::read(path.join(COPIES[1])).unwrap()
        );
    }
}

/// The key ring was written, and the process killed before the database followed.
#[test]
fn a_note_that_the_database_does_not_know_of_is_noted_by_the_next_open() {
    let vault = Vault::new();
    vault.sql("UPDATE vault_state SET highest_generation = highest_generation - 1");
    let (_folder, path) = vault.lock();
    for _ in 0..2 {
        let store = unlock(&path).unwrap();
        assert_eq!(warned(&store), "");
        assert_eq!(
            (
                count(&store, Act::KeyRingNote),
                count(&store, Act::PasswordChange)
            ),
            (1, 0)
        );
        store.close().unwrap();
    }
}

#[test]
fn it_is_put_off_where_it_cannot_be_written() {
    let (_folder, path) = Vault::new().lock();
    strip(&path);
    // The other copy opens the vault, and no folder is replaced by a file.
    let first = path.join(COPIES[0]);
    fs::remove_file(&first).unwrap();
    fs::create_dir(&first).unwrap();
    let store = unlock(&path).unwrap();
    assert!(
        warned(&store).contains("could not be noted in the key ring"),
        "{}",
        warned(&store)
    );
    store.close().unwrap();
    assert_eq!(count(&unlock(&path).unwrap(), Act::KeyRingNote), 0);
    fs::remove_dir(&first).unwrap();
    let store = unlock(&path).unwrap();
    assert_eq!(count(&store, Act::KeyRingNote), 1);
}

/// To write it into an older key ring would make that the newest.
#[test]
fn an_older_key_ring_does_not_get_it() {
    let (_folder, path) = Vault::new().lock();
    strip(&path);
    let old = fs::read(path.join(COPIES[0])).unwrap();
    unlock(&path).unwrap().close().unwrap();
    let new = fs::read(path.join(COPIES[0])).unwrap();
    assert_ne!(new, old);
    for name in COPIES {
        fs::write(path.join(name), &old).unwrap();
    }
    let store = unlock(&path).unwrap();
    assert!(
        warned(&store).contains("older (generation 1)"),
        "{}",
        warned(&store)
    );
    store.close().unwrap();
    assert_eq!(ring(&path).0.generation(), 1);
    for name in COPIES {
        fs::write(path.join(name), &new).unwrap();
    }
    let store = unlock(&path).unwrap();
    let told = warned(&store);
    assert!(told.contains("an older key ring opened this vault"), "{told}");
}

/// An older key ring without the note, under a mark that somebody put back with it.
#[test]
fn a_key_ring_that_lost_it_is_told_of() {
    let (_folder, path) = Vault::new().lock();
    strip(&path);
    let old = fs::read(path.join(COPIES[0])).unwrap();
    let store = unlock(&path).unwrap();
    store
        .with_writer(|db| {
            Ok(db
                .raw()
                .execute_batch("UPDATE vault_state SET highest_generation = 1")?)
        })
        .unwrap();
    store.close().unwrap();
    for name in COPIES {
        fs::write(path.join(name), &old).unwrap();
    }
    for _ in 0..2 {
        let store = unlock(&path).unwrap();
        assert!(warned(&store).contains("has lost its note"), "{}", warned(&store));
        assert_eq!(
            (alarms(&store), count(&store, Act::AuditContradicted)),
            (vec![Severity::Critical], 1)
        );
        store.close().unwrap();
        assert_eq!(
            ring(&path).0.noted(),
            Noted::Nothing,
            "it does not come back by itself"
        );
    }
    let store = unlock(&path).unwrap();
    assert!(store.audit_accept_loss(&secret(), None).unwrap().is_some());
    store.close().unwrap();
    let store = unlock(&path).unwrap();
    assert!(!warned(&store).contains("has lost its note"));
    assert_eq!((note(&path).losses, note(&path).generation), (1, 2));
}

#[test]
fn a_log_that_is_made_to_look_old_is_told_of_until_it_is_settled() {
    for (launder, says) in [
        (LAUNDER.to_owned(), "was written anew"),
        (
            format!("{LAUNDER}; DELETE FROM audit_log; DELETE FROM sqlite_sequence WHERE name = 'audit_log'"),
            "entry 1",
        ),
        (
            // A checkpoint that says that retention took it.
            "DELETE FROM audit_log WHERE log_id = 1; UPDATE vault_state SET audit_removed = 1, \
             audit_removed_mac = zeroblob(32), audit_removed_at = '2025-01-01 00:00:00.000', \
             audit_checkpoint = zeroblob(36)"
                .to_owned(),
            "is not in the audit log",
        ),
    ] {
        let vault = Vault::new();
        vault.sql(&launder);
        let (_folder, path) = vault.lock();
        let keys = Store::unlock_keys(&path, &secret()).unwrap();
        for times in 0..3 {
            let store = match times {
                0 => Store::open(&path, &keys, &options(clock)).unwrap(),
                _ => unlock(&path).unwrap(),
            };
            assert!(warned(&store).contains(says), "{launder}: {}", warned(&store));
            // Once for each thing that is said: an entry that is gone may be another when the log goes on.
            let alarms = alarms(&store);
            assert!(alarms.iter().all(|severity| *severity == Severity::Critical));
            assert!((1..=2).contains(&alarms.len()), "{launder}: {}", alarms.len());
            assert_eq!(count(&store, Act::AuditContradicted), alarms.len());
            let check = store.read(|tx| tx.audit_verify(None, &mut |_| true)).unwrap();
            assert!(check.broken.is_some(), "{launder}");
            store.close().unwrap();
        }
        let store = unlock(&path).unwrap();
        let loss = store.audit_accept_loss(&secret(), None).unwrap().unwrap();
        assert!(loss.up_to >= 1);
        let check = store.read(|tx| tx.audit_verify(None, &mut |_| true)).unwrap();
        assert_eq!(check.broken, None, "{launder}");
        store.close().unwrap();
        let store = unlock(&path).unwrap();
        assert!(!warned(&store).contains(says), "{}", warned(&store));
        assert!(warned(&store).contains("a loss in the audit log was accepted"));
        assert_eq!(note(&path).losses, 1);
        // Nothing is said any more once the events are resolved.
        let filter = SecurityFilter {
            unresolved_only: true,
            ..SecurityFilter::default()
        };
        let events = store.read(|tx| tx.security_events(&filter, 10)).unwrap();
        for event in events {
            store
                .write("resolve", |tx| {
                    tx.security_resolve(event.event_id, &Resolution::new("looked at")?)
                })
                .unwrap();
        }
        store.close().unwrap();
        let store = unlock(&path).unwrap();
        assert_eq!(warned(&store), "");
    }
}

/// The vault's own SQL takes the chain away, the log is changed, and the schema goes up again with the ledger's row as it
/// was: before the next open, or by it.
#[test]
fn a_schema_that_was_taken_back_past_the_program_is_told_of() {
    for goes_up in [false, true] {
        let vault = Vault::new();
        let chained = 20_261_125_000_003_i64;
        let up = include_str!("../../../../../migrations/2026-11-25-000003_v1_2_0/up.sql");
        let down = include_str!("../../../../../migrations/2026-11-25-000003_v1_2_0/down.sql");
        if Migrator::newest() != chained {
            // A later step stands before it: the test of the steps themselves takes them back one by one.
            return;
        }
        let keep = "CREATE TABLE kept AS SELECT * FROM schema_migrations WHERE version = 20261125000003; \
                    CREATE TABLE kept_too AS SELECT * FROM __diesel_schema_migrations WHERE version = '20261125000003'; \
                    DELETE FROM schema_migrations WHERE version = 20261125000003; \
                    DELETE FROM __diesel_schema_migrations WHERE version = '20261125000003'";
        let again = "INSERT INTO schema_migrations SELECT * FROM kept; \
                     INSERT INTO __diesel_schema_migrations SELECT * FROM kept_too";
        vault.sql(&format!("PRAGMA foreign_keys = OFF; {down}; {keep}"));
        vault.sql("UPDATE audit_log SET action = 'forged'");
        if goes_up {
            vault.sql(&format!("{up}; {again}"));
        }
        vault.sql("DROP TABLE kept; DROP TABLE kept_too");
        let folder = vault.abandon();
        let path = folder.path().join("vault");
        let store = unlock(&path).unwrap();
        let says = if goes_up {
            "was written anew"
        } else {
            "the key ring notes 20261125000003"
        };
        assert!(warned(&store).contains(says), "{goes_up}: {}", warned(&store));
        assert_eq!(alarms(&store), [Severity::Critical], "{goes_up}");
        store.close().unwrap();
        // The next open still says so.
        assert_ne!(warned(&unlock(&path).unwrap()), "", "{goes_up}");
    }
}

#[test]
fn a_step_back_by_the_program_and_up_again_is_no_alarm() {
    let (_folder, path) = Vault::new().lock();
    let steps = |path: &Path| {
        let mut migrator = Migrator::unlock(path, &secret(), &options(clock)).unwrap();
        let to = migrator.status().unwrap().first().unwrap().version;
        let plan = migrator.plan_down(to).unwrap();
        migrator.down(&plan).unwrap().unwrap();
        to
    };
    let to = steps(&path);
    assert_eq!((note(&path).schema, note(&path).going_to), (to, to));
    let store = unlock(&path).unwrap();
    assert_eq!((warned(&store), alarms(&store)), (String::new(), Vec::new()));
    store.close().unwrap();
    assert_eq!(note(&path).schema, Migrator::newest());
    // And what the key ring says against a log is not stepped over in silence.
    let store = unlock(&path).unwrap();
    let entry = note(&path).log_id;
    store
        .with_writer(|db| {
            let sql = format!("DELETE FROM audit_log WHERE log_id = {entry}");
            Ok(db.raw().execute_batch(&sql)?)
        })
        .unwrap();
    store.close().unwrap();
    steps(&path);
    let store = unlock(&path).unwrap();
    assert_eq!(alarms(&store), [Severity::Critical]);
}

/// It is told by an open, and not noted away.
#[test]
fn a_database_that_is_older_than_the_note_is_not_stepped_back_further() {
    let (_folder, path) = Vault::new().lock();
    let mut migrator = Migrator::unlock(&path, &secret(), &options(clock)).unwrap();
    let all = migrator.status().unwrap();
    let versions: Vec<_> = all.iter().map(|step| step.version).collect();
    let plan = migrator.plan_down(*versions.get(1).unwrap()).unwrap();
    let before = COPIES.map(|name| fs::read(path.join(name)).unwrap());
    migrator.down(&plan).unwrap();
    drop(migrator);
    // As an older build leaves it, which knows of no note.
    for (name, bytes) in COPIES.iter().zip(&before) {
        fs::write(path.join(name), bytes).unwrap();
    }
    let mut migrator = Migrator::unlock(&path, &secret(), &options(clock)).unwrap();
    let plan = migrator.plan_down(*versions.first().unwrap()).unwrap();
    let error = migrator.down(&plan).unwrap_err();
    assert!(matches!(error, StoreError::SchemaDiffers(_)), "{error}");
}

fn prune(store: &Store) {
    // All but the newest; the clock of the tests is before this.
    let removed = store.write("prune", |tx| tx.audit_prune(at("2030-01-01T00:00:00Z")));
    assert!(removed.unwrap() > 0);
}

#[test]
fn a_prune_past_the_noted_entry_has_the_next_open_note_the_log_anew() {
    let vault = Vault::new();
    vault
        .store
        .write("entry", |tx| {
            tx.audit(&NewAuditEntry::done(tx.now(), Act::Unlock))
        })
        .unwrap();
    let before = note(vault.store.path());
    prune(&vault.store);
    let (_folder, path) = vault.lock();
    let store = unlock(&path).unwrap();
    assert_eq!(warned(&store), "");
    let after = note(&path);
    assert!(after.log_id > before.log_id, "{} {}", after.log_id, before.log_id);
    assert_eq!(count(&store, Act::KeyRingNote), 1);
    // The MACs taken away, as if the log came from before the chain: the checkpoint stays, and so do its keys.
    store
        .with_writer(|db| {
            let launder = "UPDATE vault_state SET settled_version = 0; \
                           UPDATE audit_log SET mac = NULL, key_number = NULL, action = 'forged'";
            Ok(db.raw().execute_batch(launder)?)
        })
        .unwrap();
    store.close().unwrap();
    let store = unlock(&path).unwrap();
    assert!(warned(&store).contains("was written anew"), "{}", warned(&store));
    assert_eq!(alarms(&store), [Severity::Critical]);
    store.close().unwrap();
    let told = warned(&unlock(&path).unwrap());
    assert!(told.contains("the audit log had lost its chain"), "{told}");
}

/// Between the prune and the open that would note the log anew.
#[test]
fn a_log_that_was_altered_right_behind_a_prune_is_not_noted_anew() {
    for launder in [
        "UPDATE vault_state SET settled_version = 0; UPDATE audit_log SET mac = NULL, key_number = NULL, action = 'forged'",
        "UPDATE audit_log SET action = 'forged'",
    ] {
        let vault = Vault::new();
        vault
            .store
            .write("entry", |tx| {
                tx.audit(&NewAuditEntry::done(tx.now(), Act::Unlock))
            })
            .unwrap();
        prune(&vault.store);
        vault.sql(launder);
        let (_folder, path) = vault.lock();
        let before = note(&path);
        for _ in 0..2 {
            let store = unlock(&path).unwrap();
            let told = warned(&store);
            assert!(
                told.contains("what retention left of the audit log does not hold"),
                "{launder}: {told}"
            );
            assert_eq!(alarms(&store), [Severity::Critical], "{launder}");
            store.close().unwrap();
            assert_eq!(note(&path), before, "{launder}");
        }
        let store = unlock(&path).unwrap();
        assert!(store.audit_accept_loss(&secret(), None).unwrap().is_some());
        store.close().unwrap();
        let told = warned(&unlock(&path).unwrap());
        assert!(!told.contains("what retention left"), "{told}");
    }
}

/// The entry that says that there is a note goes with the old ones, and the key ring from before it is put back.
#[test]
fn a_prune_does_not_forget_that_the_key_ring_has_a_note() {
    let (_folder, path) = Vault::new().lock();
    strip(&path);
    let old = fs::read(path.join(COPIES[0])).unwrap();
    let store = unlock(&path).unwrap();
    store
        .write("entry", |tx| {
            tx.audit(&NewAuditEntry::done(tx.now(), Act::Unlock))
        })
        .unwrap();
    prune(&store);
    store
        .with_writer(|db| {
            Ok(db
                .raw()
                .execute_batch("UPDATE vault_state SET highest_generation = 1")?)
        })
        .unwrap();
    store.close().unwrap();
    for name in COPIES {
        fs::write(path.join(name), &old).unwrap();
    }
    let told = warned(&unlock(&path).unwrap());
    assert!(told.contains("has lost its note"), "{told}");
}
