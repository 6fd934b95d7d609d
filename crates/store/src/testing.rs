//! A vault for this crate's own tests, which may run any SQL on it.

use std::path::{Path, PathBuf};

use privatus_crypto::{KeyRing, Password, Secret};
use privatus_domain::{
    Body, ConversationId, DisplayName, NewContact, NewMessage, PublicKey, SenderRef, Timestamp,
};

use crate::{Store, StoreError, VaultOptions, Verification};

/// A vault in its own folder, with the contact `alice`.
pub(crate) struct Vault {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) store: Store,
    pub(crate) chat: ConversationId,
}

pub(crate) fn clock() -> Timestamp {
    at("2025-06-15T12:00:00Z")
}

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub(crate) fn options(clock: fn() -> Timestamp) -> VaultOptions {
    VaultOptions {
        clock: Some(clock),
        ..VaultOptions::cheap_for_tests()
    }
}

fn password() -> Password {
    Password::new("secret").unwrap()
}

/// Removes the note from a closed vault's key ring, as an older build wrote it.
#[allow(clippy::disallowed_methods, reason = "a test writes a vault's file")]
pub(crate) fn strip_note(path: &Path) {
    let names = ["keyring.json", "keyring.json.1"];
    let ring = KeyRing::parse(&std::fs::read(path.join(names[0])).unwrap()).unwrap();
    let unlocked = ring.unlock(&secret()).unwrap();
    let bytes = ring.without_note(&unlocked).unwrap().to_bytes();
    for name in names {
        std::fs::write(path.join(name), &bytes).unwrap();
    }
}

/// Returns the secret that opens a [`Vault`].
pub(crate) fn secret() -> Secret {
    Secret::Password(password())
}

pub(crate) fn unlock(path: &Path) -> Result<Store, StoreError> {
    unlock_at(path, clock)
}

pub(crate) fn unlock_at(path: &Path, clock: fn() -> Timestamp) -> Result<Store, StoreError> {
    Store::unlock(path, &Secret::Password(password()), &options(clock))
}

pub(crate) fn contact(store: &Store, name: &str) -> ConversationId {
    store
        .write("contact", |tx| {
            tx.contact_create(&NewContact {
                id: name.parse()?,
                display_name: DisplayName::new(name)?,
                public_key: PublicKey::kept(b"key".to_vec())?,
                is_verified: false,
                added_at: tx.now(),
                last_seen: None,
            })
        })
        .unwrap()
}

pub(crate) fn message(id: &str, time: &str) -> NewMessage {
    let body = Body::text(format!("text of {id}")).unwrap();
    NewMessage::received(
        id.parse().unwrap(),
        SenderRef::Contact("alice".parse().unwrap()),
        body,
        at(time),
    )
}

impl Vault {
    pub(crate) fn new() -> Self {
        Self::with(&options(clock))
    }

    pub(crate) fn with(options: &VaultOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault");
        let (store, _) = Store::create(&path, &password(), options).unwrap();
        let chat = contact(&store, "alice");
        Self { folder, store, chat }
    }

    /// Receives messages from `alice`, each given as `(id, time)`.
    pub(crate) fn receive(&self, messages: &[(&str, &str)]) {
        let batch: Vec<NewMessage> = messages.iter().map(|(id, time)| message(id, time)).collect();
        self.store
            .write("batch", |tx| tx.messages_insert(&self.chat, &batch))
            .unwrap();
    }

    /// Runs SQL without any of the store's rules.
    pub(crate) fn sql(&self, text: &str) {
        self.store
            .with_writer(|db| Ok(db.raw().execute_batch(text)?))
            .unwrap();
    }

    /// Runs SQL as another program with the key could: even the schema's own rows can be written.
    pub(crate) fn sql_undefended(&self, text: &str) {
        self.store
            .with_writer(|db| {
                db.raw().undefended()?;
                db.raw().execute_batch("PRAGMA writable_schema = ON")?;
                db.raw().execute_batch(text)?;
                Ok(db.raw().execute_batch("PRAGMA writable_schema = RESET")?)
            })
            .unwrap();
    }

    pub(crate) fn verify(&self) -> Verification {
        self.store.read_long(|tx| tx.verify(&mut |_| ())).unwrap()
    }

    /// Returns what the check reports with a fault planted, in a transaction that is then rolled back.
    pub(crate) fn verify_with(&self, fault: &str) -> Vec<String> {
        let mut problems = Vec::new();
        let given_up: Result<(), StoreError> = self.store.write("plant", |tx| {
            tx.db.raw().execute_batch(fault)?;
            problems = tx.verify(&mut |_| ())?.problems;
            Err(StoreError::Interrupted)
        });
        assert!(
            matches!(given_up, Err(StoreError::Interrupted)),
            "{fault}: {given_up:?}"
        );
        problems
    }

    /// Leaves the store without closing it, like a process that is killed.
    pub(crate) fn abandon(self) -> tempfile::TempDir {
        drop(self.store);
        self.folder
    }

    /// Locks the store; returns the folder, which the caller must keep, and the vault's path in it.
    pub(crate) fn lock(self) -> (tempfile::TempDir, PathBuf) {
        self.store.close().unwrap();
        let path = self.folder.path().join("vault");
        (self.folder, path)
    }
}
