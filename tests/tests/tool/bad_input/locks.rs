//! Another process that holds the vault.

use std::fs::OpenOptions;

use privatus_store::{Password, Secret, Store, StoreError, VaultOptions};
use privatus_tests::{PASSWORD, ok};

use super::{refuses, vault};

#[test]
fn exclusive_work_elsewhere() {
    let (_dir, vault) = vault();
    ok(&vault, &["contacts", "add", "Someone"]);
    let lock = OpenOptions::new()
        .read(true)
        .write(true)
        .open(vault.join("vault.lock"))
        .unwrap();
    lock.lock().unwrap();
    for words in [
        &["chats"][..],
        &["send", "Someone", "hello"],
        &["verify"],
        &["passwd"],
    ] {
        refuses(&vault, words, 21, "wait for it or close it");
    }
    lock.unlock().unwrap();
    // Other readers and writers share the lock.
    lock.lock_shared().unwrap();
    ok(&vault, &["send", "Someone", "hello"]);
}

/// The holder of the key ring's lock may never release it.
#[test]
fn a_change_of_the_key_ring_elsewhere() {
    let (_dir, vault) = vault();
    let path = vault.join("keyring.lock");
    privatus_tests::secret_file(&path, "");
    let lock = OpenOptions::new().write(true).open(path).unwrap();
    lock.lock().unwrap();
    let mut command = privatus_tests::privatus(&vault);
    command.arg("passwd").env("PRIVATUS_NEW_PASSWORD", "another word");
    let line = super::one_line(&command.output().unwrap(), 21);
    assert!(line.contains("keyring.lock is held"), "{line}");
    ok(&vault, &["chats"]);
}

/// This process holds the one write transaction; the tool waits its 30 seconds, and says who holds it.
#[test]
fn a_write_transaction_elsewhere() {
    let (_dir, vault) = vault();
    ok(&vault, &["contacts", "add", "Someone"]);
    let secret = Secret::Password(Password::new(PASSWORD).unwrap());
    let store = Store::unlock(&vault, &secret, &VaultOptions::default()).unwrap();
    store
        .write("hold", |_| {
            // The files are not read here: reading them would drop this process's own locks on them.
            let output = privatus_tests::run(&vault, &["send", "Someone", "hello"]);
            let line = super::one_line(&output, 21);
            assert!(line.contains("another process holds the vault"), "{line}");
            Ok::<_, StoreError>(())
        })
        .unwrap();
    assert!(ok(&vault, &["send", "Someone", "hello"]).contains("Sent"));
    store.close().unwrap();
    assert!(ok(&vault, &["--json", "stats"]).contains("\"messages\": 1"));
}
