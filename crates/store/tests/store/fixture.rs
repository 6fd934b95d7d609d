//! What the tests share: a vault, its password, a clock that stands still, and a contact.

use std::path::{Path, PathBuf};

use privatus_domain::{ConversationId, DisplayName, NewContact, PublicKey, Timestamp};
use privatus_store::{Password, Secret, Store, VaultOptions};

pub(crate) fn clock() -> Timestamp {
    Timestamp::parse("2025-06-15T12:00:00Z").unwrap()
}

/// The cheapest options, with [`clock`].
pub(crate) fn options() -> VaultOptions {
    VaultOptions {
        clock: Some(clock),
        ..VaultOptions::cheap_for_tests()
    }
}

pub(crate) fn password() -> Password {
    Password::new("secret").unwrap()
}

pub(crate) fn secret() -> Secret {
    Secret::Password(password())
}

pub(crate) fn create(path: &Path) -> Store {
    Store::create(path, &password(), &options()).unwrap().0
}

pub(crate) fn open(path: &Path) -> Store {
    Store::unlock(path, &secret(), &options()).unwrap()
}

/// An empty vault that is closed, and the folder that it is in.
pub(crate) fn vault() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    create(&path).close().unwrap();
    (folder, path)
}

/// A contact whose id is its name, without a public key.
pub(crate) fn new_contact(name: &str, added_at: Timestamp) -> NewContact {
    NewContact {
        id: name.parse().unwrap(),
        display_name: DisplayName::new(name).unwrap(),
        public_key: PublicKey::default(),
        is_verified: false,
        added_at,
        last_seen: None,
    }
}

pub(crate) fn contact(store: &Store, name: &str) -> ConversationId {
    store
        .write("contact", |tx| tx.contact_create(&new_contact(name, tx.now())))
        .unwrap()
}

/// Fails unless every counter equals a recount and the chain of the audit log is whole.
pub(crate) fn assert_content(store: &Store) {
    let found = store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
    assert!(found.is_content(), "{:?}", found.problems);
}
