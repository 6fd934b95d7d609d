//! What a store's connections share, and its clock.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use privatus_crypto::{KeyStoreKey, LedgerKey, Noted, Unlocked, VaultId};
use privatus_domain::{Timestamp, Usage, UserId};

use crate::error::StoreError;
use crate::partition::catalogue::Catalogue;
use crate::tx::cursors::Cursors;
use crate::tx::gathered::Statistics;
use crate::tx::key_cache::{CountedIdKey, KeyCache};
use crate::tx::queue::Pending;

/// What all connections of a store share.
pub(crate) struct Shared {
    pub(crate) vault_id: VaultId,
    pub(crate) root: KeyStoreKey,
    /// The key of the MACs in the ledger of migrations, which a full check compares.
    pub(crate) ledger_key: LedgerKey,
    pub(crate) id_key: CountedIdKey,
    pub(crate) keys: KeyCache,
    pub(crate) catalogue: RwLock<Arc<Catalogue>>,
    pub(crate) clock: Option<fn() -> Timestamp>,
    /// Called right after a commit with each text that the user should know.
    pub(crate) tell: Option<fn(&str)>,
    pub(crate) cursors: Cursors,
    pub(crate) pending: Pending,
    pub(crate) statistics: Statistics,
    /// The user all transactions act for; `None` is the vault's own user.
    pub(crate) user: Option<UserId>,
    /// Set by the caller to stop a long operation.
    pub(crate) stop: Option<Arc<AtomicBool>>,
    /// Whether the vault's own row, or the row of the key for hashing ids, has unexpected values.
    pub(crate) is_row_odd: bool,
    /// Whether rows of an older schema were made to follow the rules of the current one.
    pub(crate) is_settled: bool,
    /// The key ring's note on the audit log, as last read or written.
    pub(crate) noted: RwLock<Noted>,
    /// The generation of the key ring that contains the note.
    pub(crate) ring: AtomicU64,
}

impl Shared {
    /// Checks, between two batches, whether to continue.
    ///
    /// # Errors
    /// [`StoreError::Interrupted`] once the caller's flag is set.
    pub(crate) fn go_on(&self) -> Result<(), StoreError> {
        match &self.stop {
            Some(stop) if stop.load(Ordering::Relaxed) => Err(StoreError::Interrupted),
            _ => Ok(()),
        }
    }

    pub(crate) fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(&self.catalogue.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the key ring's note.
    pub(crate) fn noted(&self) -> Noted {
        self.noted.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the generation of the key ring, as last read or written.
    pub(crate) fn ring_generation(&self) -> i64 {
        i64::try_from(self.ring.load(Ordering::Relaxed)).unwrap_or(i64::MAX)
    }

    /// Updates the note and the generation after the key ring was read again.
    pub(crate) fn ring_now(&self, unlocked: &Unlocked) {
        self.ring.fetch_max(unlocked.generation(), Ordering::Relaxed);
        self.note_now(unlocked.noted().clone());
    }

    /// Replaces the note.
    pub(crate) fn note_now(&self, noted: Noted) {
        *self.noted.write().unwrap_or_else(PoisonError::into_inner) = noted;
    }

    /// Stores the newer of two catalogues: a reader may publish an older one late.
    pub(crate) fn publish_catalogue(&self, catalogue: Catalogue) {
        let mut known = self.catalogue.write().unwrap_or_else(PoisonError::into_inner);
        if catalogue.schema_version >= known.schema_version {
            *known = Arc::new(catalogue);
        }
    }

    /// Returns whether there is a use of keys or a statistic to write.
    pub(crate) fn has_uses(&self) -> bool {
        self.keys.is_used() || self.id_key.is_used()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.map_or_else(system_time, |clock| clock())
    }

    /// Counts that a conversation was opened.
    pub(crate) fn note_opened(&self) {
        let usage = Usage {
            chats_opened: 1,
            ..Usage::default()
        };
        self.statistics.used(self.now(), &usage);
    }

    /// Counts how long a transaction took, including the wait for its turn.
    pub(crate) fn timed(&self, name: &'static str, began: Instant) {
        self.statistics.timed(self.now(), name, began.elapsed());
    }
}

/// Returns the system's time, or the nearest valid time.
pub(crate) fn system_time() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let ms = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_unix_ms(ms).unwrap_or(Timestamp::MAX)
}
