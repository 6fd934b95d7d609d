//! An older key ring that was put back, with or without its mark in the database.

#![allow(clippy::disallowed_methods)]

use super::*;

/// Writing the note to an older key ring would make that the newest.
#[test]
fn an_older_key_ring_does_not_get_it() {
    let vault = Closed::from_before();
    let path = vault.path.clone();
    let old = vault.ring_bytes();
    vault.open().close().unwrap();
    let new = vault.ring_bytes();
    assert_ne!(new, old);
    vault.put_ring(&old);
    let store = vault.open();
    assert!(
        warned(&store).contains("older (generation 1)"),
        "{}",
        warned(&store)
    );
    store.close().unwrap();
    assert_eq!(ring(&path).0.generation(), 1);
    vault.put_ring(&new);
    let store = vault.open();
    let told = warned(&store);
    assert!(told.contains("an older key ring opened this vault"), "{told}");
}

/// An older key ring without the note, with its mark put back in the database too; the log names no generation either.
#[test]
fn a_key_ring_that_lost_it_is_told_of() {
    let vault = Closed::from_before();
    let path = vault.path.clone();
    let old = vault.ring_bytes();
    let store = vault.open();
    store.close().unwrap();
    vault.sql(
        "UPDATE vault_state SET highest_generation = 1; \
         UPDATE audit_log SET details = NULL WHERE action = 'ring_note'",
    );
    vault.put_ring(&old);
    for _ in 0..2 {
        let store = vault.open();
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
    let store = vault.open();
    assert!(store.audit_accept_loss(&secret(), None).unwrap().is_some());
    store.close().unwrap();
    let store = vault.open();
    assert!(!warned(&store).contains("has lost its note"));
    assert_eq!((note(&path).losses, note(&path).generation), (1, 3));
}

/// The mark is lowered too, but the log names the higher generation.
#[test]
fn an_older_key_ring_under_a_lowered_mark_is_told_by_the_log() {
    let vault = Vault::new();
    let old = fs::read(vault.store.path().join(COPIES[0])).unwrap();
    let (new, cost) = (Password::new("another").unwrap(), Some(KdfCost::minimum()));
    vault.store.change_password(&secret(), &new, cost).unwrap();
    let problems = vault.verify_with("UPDATE vault_state SET highest_generation = 1");
    assert!(
        problems
            .iter()
            .any(|line| line.contains("(1) is lower than one that the audit log names (2)")),
        "{problems:?}"
    );
    let (_folder, path) = vault.lock();
    let vault = Closed { _folder, path };
    vault.put_ring(&old);
    vault.sql("UPDATE vault_state SET highest_generation = 1");
    for _ in 0..2 {
        let store = vault.open();
        let told = warned(&store);
        assert!(
            told.contains("older (generation 1) than one this vault was opened with (2)"),
            "{told}"
        );
        let rollback = SecurityFilter {
            kind: Some(SecurityKind::KeyRingRollback),
            ..SecurityFilter::default()
        };
        let events = store.read(|tx| tx.security_events(&rollback, 10)).unwrap();
        assert_eq!(events.len(), 1);
        let found = store.verify(&mut |_| ()).unwrap();
        assert!(
            found
                .problems
                .iter()
                .any(|line| line.contains("older (generation 1)")),
            "{:?}",
            found.problems
        );
        store.close().unwrap();
    }
    assert_eq!(
        vault.number("SELECT highest_generation FROM vault_state"),
        2,
        "the mark is repaired"
    );
}
