//! Options for creating and opening a vault.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use privatus_crypto::KdfCost;
use privatus_domain::Timestamp;
use privatus_migrate::Event as MigrationEvent;

use privatus_sqlite::RawKey;

use crate::db::connection::{READER_CACHE_KIB, Role};
use crate::db::pool::Access;
use crate::error::StoreError;
use crate::tx::shared::system_time;
use crate::vault::{Files, Mount};

/// Options for creating and opening a vault.
#[derive(Debug, Clone)]
pub struct VaultOptions {
    /// The cost of the password's KDF when a vault is created or its password changed; `None` calibrates to about half
    /// a second.
    pub kdf: Option<KdfCost>,
    /// The number of connections for reading; at least 1.
    pub readers: usize,
    /// The page cache of each reader in KiB.
    pub reader_cache_kib: u32,
    /// The name of a registered SQLite VFS, with which tests inject faults.
    pub vfs: Option<String>,
    /// Replaces the system's clock.
    pub clock: Option<fn() -> Timestamp>,
    /// Called with progress while a schema is created or upgraded.
    pub on_migration: Option<fn(MigrationEvent<'_>)>,
    /// Called with a text that the user should see at once, for example that a lost key was replaced.
    pub tell: Option<fn(&str)>,
    /// Once this is set, running operations (an open, a sweep, a statement) and those begun later end with
    /// [`StoreError::Interrupted`](crate::StoreError::Interrupted). Only whole transactions are kept; an interrupted
    /// open keeps what it had already committed.
    pub stop: Option<Arc<AtomicBool>>,
}

impl Default for VaultOptions {
    fn default() -> Self {
        Self {
            kdf: None,
            readers: 2,
            reader_cache_kib: READER_CACHE_KIB,
            vfs: None,
            clock: None,
            on_migration: None,
            tell: None,
            stop: None,
        }
    }
}

impl VaultOptions {
    /// Returns how a store with these options opens its connections.
    pub(crate) fn access(&self, files: &Files, key: RawKey, mount: Mount) -> Access {
        Access {
            database: files.database(),
            key,
            vfs: self.vfs.clone(),
            reader: self.reader_role(mount),
            stop: self.stop.clone(),
        }
    }

    pub(crate) fn reader_role(&self, mount: Mount) -> Role {
        Role::Reader {
            cache_kib: self.reader_cache_kib,
            is_immutable: mount.is_read_only(),
        }
    }

    /// Returns options for tests only: the cheapest KDF cost that an open accepts.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn cheap_for_tests() -> Self {
        Self {
            kdf: Some(KdfCost::minimum()),
            ..Self::default()
        }
    }

    /// Returns an error once a stop was requested.
    pub(super) fn check_stop(&self) -> Result<(), StoreError> {
        let is_stopped = self.stop.as_ref().is_some_and(|stop| stop.load(Ordering::SeqCst));
        if is_stopped {
            Err(StoreError::Interrupted)
        } else {
            Ok(())
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.map_or_else(system_time, |clock| clock())
    }
}
