//! The note, from its first writing to what it detects.

#![allow(clippy::disallowed_methods)]

mod laundered;
mod older_ring;
mod pruned;
mod steps;
mod written;

use std::fs;
use std::path::{Path, PathBuf};

use privatus_crypto::{AuditNote, KdfCost, KeyRing, Noted, Password, Unlocked};
use privatus_domain::{Act, AuditFilter, NewAuditEntry, Resolution, SecurityFilter, SecurityKind, Severity};

use crate::db::connection::{Connection, Role};
use crate::testing::{Vault, at, clock, options, secret, strip_note as strip, unlock};
use crate::upgrade::{Migrator, STEPS};
use crate::vault::{Files, raw_key};
use crate::{Store, StoreError};

const COPIES: [&str; 2] = ["keyring.json", "keyring.json.1"];

/// Plain SQL that removes all traces of the chain, forges an entry, and makes the books match: as if the vault came
/// from a build without a chain.
const LAUNDER: &str = "UPDATE vault_state SET settled_version = 0; \
     UPDATE audit_log SET mac = NULL, key_number = NULL, action = 'forged'; \
     DELETE FROM key_store WHERE key_type = 'audit'";

/// A closed vault, which anyone with the database key can change.
struct Closed {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Closed {
    fn new() -> Self {
        Self::of(Vault::new())
    }

    /// Creates a vault as a build without the note left it.
    fn from_before() -> Self {
        let closed = Self::new();
        strip(&closed.path);
        closed
    }

    fn of(vault: Vault) -> Self {
        let (folder, path) = vault.lock();
        Self {
            _folder: folder,
            path,
        }
    }

    fn open(&self) -> Store {
        unlock(&self.path).unwrap()
    }

    /// Opens and closes the vault, and returns its warnings.
    fn told(&self) -> String {
        let store = self.open();
        let told = warned(&store);
        store.close().unwrap();
        told
    }

    fn sql(&self, text: &str) {
        self.with_database(|db| db.raw().execute_batch(text).unwrap());
    }

    fn number(&self, sql: &str) -> i64 {
        self.with_database(|db| {
            db.row(crate::db::statement::Sql::new(sql), "count")
                .unwrap()
                .unwrap()
        })
    }

    fn with_database<T>(&self, work: impl FnOnce(&mut Connection) -> T) -> T {
        let files = Files::open(&self.path).unwrap();
        let key = raw_key(&ring(&self.path).1);
        work(&mut Connection::open(&files.database(), &key, None, Role::Writer).unwrap())
    }

    fn ring_bytes(&self) -> Vec<u8> {
        fs::read(self.path.join(COPIES[0])).unwrap()
    }

    fn put_ring(&self, bytes: &[u8]) {
        for name in COPIES {
            fs::write(self.path.join(name), bytes).unwrap();
        }
    }
}

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

/// Returns the severities of the events that report a contradicted note.
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
