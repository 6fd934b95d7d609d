//! How a vault is created and opened.

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

/// How a vault is created and opened.
#[derive(Debug, Clone)]
pub struct VaultOptions {
    /// Cost of the password's KDF at creation and password change; `None` calibrates to about half a second.
    pub kdf: Option<KdfCost>,
    /// Connections that read; at least 1.
    pub readers: usize,
    /// Page cache of each reader in KiB.
    pub reader_cache_kib: u32,
    /// Name of a registered SQLite VFS; tests inject faults by it.
    pub vfs: Option<String>,
    /// Stands in for the system's clock.
    pub clock: Option<fn() -> Timestamp>,
    /// Told what happens while a schema is made, or that of an older vault brought up to date.
    pub on_migration: Option<fn(MigrationEvent<'_>)>,
    /// Told what a person should know at once, in words: a key that was lost got another in its place.
    pub tell: Option<fn(&str)>,
    /// Once it is set, what runs ends with [`StoreError::Interrupted`](crate::StoreError::Interrupted), and whatever is begun
    /// later: an open, a sweep, a statement. Whole transactions are kept, and of an open nothing but what it had done.
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
    /// How the connections of a store with these options are opened.
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

    /// For tests alone: the cheapest KDF cost that an open accepts.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn cheap_for_tests() -> Self {
        Self {
            kdf: Some(KdfCost::minimum()),
            ..Self::default()
        }
    }

    /// Refuses to go on once a stop was asked for.
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
