//! A vault of an older schema is brought up to date at an open, after a copy; it steps back on request; what a ledger
//! must not say is refused, and nothing touched.

mod back;
mod copies;
mod crash;
mod disk;
mod ledger;
mod open;
mod others;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use privatus_crypto::KeyRing;
use privatus_domain::{Body, NewContact, NewMessage, PublicKey, Timestamp};
use privatus_sqlite::{Connection, OpenMode, OpenOptions, RawKey};
use privatus_store::{Migrator, STEPS, Store, StoreError, VaultOptions, Version};

use crate::fixture::{new_contact, password, secret};

/// Where a child finds the vault.
const VAULT: &str = "PRIVATUS_UPGRADE_VAULT";

fn options() -> VaultOptions {
    VaultOptions::cheap_for_tests()
}

fn unlock(path: &Path) -> Result<Store, StoreError> {
    Store::unlock(path, &secret(), &options())
}

fn migrator(path: &Path) -> Migrator {
    Migrator::unlock(path, &secret(), &options()).unwrap()
}

fn version(at: usize) -> Version {
    STEPS.all()[at].version()
}

/// The folders of all steps but the first.
fn after_first() -> Vec<&'static str> {
    STEPS.all().iter().skip(1).map(|step| step.name).collect()
}

/// Whether each step is pending in a vault that has but the first.
fn all_but_first() -> Vec<bool> {
    (0..STEPS.all().len()).map(|at| at > 0).collect()
}

fn message(id: &str, time: &str) -> NewMessage {
    let body = Body::text(format!("a text that is nobody's business: {id}")).unwrap();
    NewMessage::sent(id.parse().unwrap(), body, Timestamp::parse(time).unwrap())
}

/// A vault of the newest schema: five messages, one of them a reply.
fn vault() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let (store, _) = Store::create(&path, &password(), &options()).unwrap();
    store
        .write("fill", |tx| {
            let contact = NewContact {
                public_key: PublicKey::kept(b"key".to_vec())?,
                is_verified: true,
                ..new_contact("alice", tx.now())
            };
            let chat = tx.contact_create(&contact)?;
            for (id, time) in [
                ("a", "1999-01-01T00:00:00Z"),
                ("b", "2025-01-31T23:59:59Z"),
                ("c", "2025-02-01T00:00:00Z"),
                ("e", "9000-01-01T00:00:00Z"),
            ] {
                tx.message_insert(&chat, &message(id, time))?;
            }
            let mut reply = message("d", "2025-03-01T00:00:00Z");
            reply.reply_to = Some("a".parse()?);
            tx.message_insert(&chat, &reply)
        })
        .unwrap();
    store.close().unwrap();
    (folder, path)
}

/// The same, of the schema before.
fn old_vault() -> (tempfile::TempDir, PathBuf) {
    let (folder, path) = vault();
    step_back(&path);
    let copy = format!("privatus.db.snapshot-{}", STEPS.newest());
    fs::remove_file(path.join(format!("{copy}.note"))).unwrap();
    fs::remove_file(path.join(copy)).unwrap();
    (folder, path)
}

/// The vault's database, past the store.
fn database(path: &Path) -> Connection {
    let ring = KeyRing::parse(&fs::read(path.join("keyring.json")).unwrap()).unwrap();
    let unlocked = ring.unlock(&secret()).unwrap();
    let key = RawKey::new(
        unlocked.database_key().dangerously_expose_bytes(),
        unlocked.cipher_salt(),
    );
    let options = OpenOptions::new(OpenMode::ReadWrite).with_key(&key);
    Connection::open(&path.join("privatus.db"), &options).unwrap()
}

/// Runs SQL past the store.
fn sql(path: &Path, text: &str) {
    database(path).execute_batch(text).unwrap();
}

/// Makes a file the user's alone, or an open warns of it.
fn private(path: &Path) {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    #[cfg(not(unix))]
    let _ = path;
}

/// Goes back to the first schema, and leaves the copy.
fn step_back(path: &Path) {
    let mut migrator = migrator(path);
    let plan = migrator.plan_down(version(0)).unwrap();
    migrator.down(&plan).unwrap();
}

/// Every file of a vault with its bytes, the empty locks left out.
fn bytes(path: &Path) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(path)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (
                entry.file_name().into_string().unwrap(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .filter(|(name, bytes)| !(name.ends_with(".lock") && bytes.is_empty()))
        .collect()
}

fn is_content(store: &Store) {
    let found = store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
    assert_eq!(found.problems, Vec::<String>::new());
}
