//! Whether a command changed what a vault holds.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use privatus_store::{Password, Secret, Store, VaultKeys, VaultOptions};

use crate::{PASSWORD, files};

/// A vault's files by name.
type Files = BTreeMap<String, Vec<u8>>;

/// Returns what a command changed in a vault whose [`files`] were `before`; nothing if it only opened the vault. An
/// open leaves an entry in the audit log, so the database may differ while everything else is the same.
///
/// # Panics
///
/// If a vault whose database changed cannot be read.
pub fn changed(vault: &Path, before: &Files) -> Option<String> {
    let after = files(vault);
    if !before.keys().eq(after.keys()) {
        return Some(format!("files came or went: {:?}", after.keys()));
    }
    let differs = |name: &&String| before.get(*name) != after.get(*name);
    let names: Vec<&String> = before.keys().filter(differs).collect();
    match names.as_slice() {
        [] => return None,
        [only] if *only == "privatus.db" => {}
        _ => return Some(format!("{names:?} changed")),
    }
    // This command mostly finds what the last one left.
    let earlier = match LAST.take() {
        Some((files, export)) if files == *before => export,
        _ => exported(before),
    };
    let export = exported(&after);
    let is_same = export == earlier;
    LAST.set(Some((after, export)));
    (!is_same).then(|| "what the database holds changed".to_owned())
}

thread_local! {
    /// The files that were exported last, and the export.
    static LAST: Cell<Option<(Files, Vec<u8>)>> = const { Cell::new(None) };
}

/// Exports a copy of these files with the library: a command would derive the keys from the password again.
fn exported(files: &Files) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let vault = folder.path().join("vault");
    std::fs::create_dir(&vault).expect("a folder for the copy");
    for (name, bytes) in files {
        std::fs::write(vault.join(name), bytes).expect("the copy is written");
    }
    let options = VaultOptions {
        readers: 1,
        ..VaultOptions::default()
    };
    let store = Store::open(&vault, &keys(&vault, files), &options).expect("the vault opens");
    let mut out = Vec::new();
    privatus_import::privatus::export(&store, &mut out, &mut |_| true).expect("the vault is exported");
    store.close().expect("the vault closes");
    out
}

/// The keys of a vault with [`PASSWORD`], derived once for each key ring.
fn keys(vault: &Path, files: &Files) -> Arc<VaultKeys> {
    static KNOWN: Mutex<BTreeMap<Vec<u8>, Arc<VaultKeys>>> = Mutex::new(BTreeMap::new());
    let ring = files.get("keyring.json").cloned().unwrap_or_default();
    let known = KNOWN
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&ring)
        .cloned();
    known.unwrap_or_else(|| {
        let secret = Secret::Password(Password::new(PASSWORD).expect("a password"));
        let keys = Arc::new(Store::unlock_keys(vault, &secret).expect("the password opens the key ring"));
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(ring, Arc::clone(&keys));
        keys
    })
}
