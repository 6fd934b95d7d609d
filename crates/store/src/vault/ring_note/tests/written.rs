//! The note is written once, and postponed if that is not possible.

#![allow(clippy::disallowed_methods)]

use super::*;

#[test]
fn a_new_vault_has_it_from_the_first_generation() {
    let vault = Vault::new();
    let vault = Closed::of(vault);
    let path = vault.path.clone();
    let (first, _) = ring(&path);
    let found = note(&path);
    assert_eq!((first.generation(), found.generation), (1, 1));
    assert_eq!(
        (found.schema, found.going_to),
        (Migrator::newest(), Migrator::newest())
    );
    assert_eq!((found.log_id > 0, found.losses, found.last_loss), (true, 0, 0));
    let store = vault.open();
    assert_eq!(
        (warned(&store), count(&store, Act::KeyRingNote)),
        (String::new(), 0)
    );
    store.close().unwrap();
    assert_eq!(ring(&path).0.generation(), 1);
}

#[test]
fn a_vault_from_before_gets_it_once_and_the_log_says_so() {
    let vault = Closed::from_before();
    let path = vault.path.clone();
    for _ in 0..3 {
        let store = vault.open();
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

/// The key ring was written, and the process was killed before the database recorded it.
#[test]
fn a_note_that_the_database_does_not_know_of_is_noted_by_the_next_open() {
    let vault = Vault::new();
    vault.sql("UPDATE vault_state SET highest_generation = highest_generation - 1");
    let vault = Closed::of(vault);
    for _ in 0..2 {
        let store = vault.open();
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
    let vault = Closed::from_before();
    let path = vault.path.clone();
    // The other copy opens the vault, and no folder is replaced by a file.
    let first = path.join(COPIES[0]);
    fs::remove_file(&first).unwrap();
    fs::create_dir(&first).unwrap();
    let store = vault.open();
    assert!(
        warned(&store).contains("the key ring's note on the audit log could not be updated"),
        "{}",
        warned(&store)
    );
    store.close().unwrap();
    assert_eq!(count(&vault.open(), Act::KeyRingNote), 0);
    fs::remove_dir(&first).unwrap();
    let store = vault.open();
    assert_eq!(count(&store, Act::KeyRingNote), 1);
}
