//! The note after retention.

#![allow(clippy::disallowed_methods)]

use super::*;

fn entry(store: &Store) {
    let write = |tx: &mut crate::tx::WriteTx<'_>| tx.audit(&NewAuditEntry::done(tx.now(), Act::Unlock));
    store.write("entry", write).unwrap();
}

fn prune(store: &Store) {
    // All but the newest entry; the tests' clock is before this time.
    let removed = store.write("prune", |tx| tx.audit_prune(at("2030-01-01T00:00:00Z")));
    assert!(removed.unwrap() > 0);
}

#[test]
fn a_prune_past_the_noted_entry_has_the_next_open_note_the_log_anew() {
    let vault = Vault::new();
    entry(&vault.store);
    let before = note(vault.store.path());
    prune(&vault.store);
    let vault = Closed::of(vault);
    let path = vault.path.clone();
    let store = vault.open();
    assert_eq!(warned(&store), "");
    let after = note(&path);
    assert!(after.log_id > before.log_id, "{} {}", after.log_id, before.log_id);
    assert_eq!(count(&store, Act::KeyRingNote), 1);
    // The MACs are removed, as if the log came from before the chain; the checkpoint and its keys stay.
    store.close().unwrap();
    vault.sql(
        "UPDATE vault_state SET settled_version = 0; \
         UPDATE audit_log SET mac = NULL, key_number = NULL, action = 'forged'",
    );
    let store = vault.open();
    assert!(
        warned(&store).contains("is not the one that the key ring notes"),
        "{}",
        warned(&store)
    );
    assert_eq!(alarms(&store), [Severity::Critical]);
    store.close().unwrap();
    assert!(
        vault.told().contains("is not the one that the key ring notes"),
        "nothing is signed that would fit"
    );
}

/// Altered between the prune and the open that would note the log again.
#[test]
fn a_log_that_was_altered_right_behind_a_prune_is_not_noted_anew() {
    for launder in [
        "UPDATE vault_state SET settled_version = 0; UPDATE audit_log SET mac = NULL, key_number = NULL, action = 'forged'",
        "UPDATE audit_log SET action = 'forged'",
    ] {
        let vault = Vault::new();
        entry(&vault.store);
        prune(&vault.store);
        vault.sql(launder);
        let vault = Closed::of(vault);
        let path = vault.path.clone();
        let before = note(&path);
        for _ in 0..2 {
            let store = vault.open();
            let told = warned(&store);
            assert!(
                told.contains("the entries that retention left in the audit log do not verify"),
                "{launder}: {told}"
            );
            assert_eq!(alarms(&store), [Severity::Critical], "{launder}");
            store.close().unwrap();
            assert_eq!(note(&path), before, "{launder}");
        }
        let store = vault.open();
        assert!(store.audit_accept_loss(&secret(), None).unwrap().is_some());
        store.close().unwrap();
        let told = warned(&vault.open());
        assert!(!told.contains("that retention left"), "{told}");
    }
}

/// The entry that says that there is a note is removed with the old ones, and the key ring from before it is put back.
#[test]
fn a_prune_does_not_forget_that_the_key_ring_has_a_note() {
    let vault = Closed::from_before();
    let old = vault.ring_bytes();
    let store = vault.open();
    entry(&store);
    prune(&store);
    store.close().unwrap();
    vault.sql("UPDATE vault_state SET highest_generation = 1");
    vault.put_ring(&old);
    let told = vault.told();
    assert!(told.contains("older (generation 1)"), "{told}");
}
