//! What the connections of a store share, and its clock.

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

/// What every connection of a store shares.
pub(crate) struct Shared {
    pub(crate) vault_id: VaultId,
    pub(crate) root: KeyStoreKey,
    /// For the MACs of the ledger of migrations, which a check of everything compares.
    pub(crate) ledger_key: LedgerKey,
    pub(crate) id_key: CountedIdKey,
    pub(crate) keys: KeyCache,
    pub(crate) catalogue: RwLock<Arc<Catalogue>>,
    pub(crate) clock: Option<fn() -> Timestamp>,
    /// Told at once what a person should know of what was committed.
    pub(crate) tell: Option<fn(&str)>,
    pub(crate) cursors: Cursors,
    pub(crate) pending: Pending,
    pub(crate) statistics: Statistics,
    /// Whom every transaction acts for; `None` is the vault's own user.
    pub(crate) user: Option<UserId>,
    /// Set by whoever wants what runs to end.
    pub(crate) stop: Option<Arc<AtomicBool>>,
    /// Whether the vault's own row, or that of the key of ids, does not say what it should.
    pub(crate) is_row_odd: bool,
    /// Whether rows of an older schema were brought under the rules of this one.
    pub(crate) is_settled: bool,
    /// The key ring's note on the audit log, as it was read or written last.
    pub(crate) noted: RwLock<Noted>,
    /// The generation of the key ring that has it.
    pub(crate) ring: AtomicU64,
}

impl Shared {
    /// Asked between two batches.
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

    /// The key ring's note.
    pub(crate) fn noted(&self) -> Noted {
        self.noted.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The generation of the key ring, as it was read or written last.
    pub(crate) fn ring_generation(&self) -> i64 {
        i64::try_from(self.ring.load(Ordering::Relaxed)).unwrap_or(i64::MAX)
    }

    /// The key ring was read again.
    pub(crate) fn ring_now(&self, unlocked: &Unlocked) {
        self.ring.fetch_max(unlocked.generation(), Ordering::Relaxed);
        self.note_now(unlocked.noted().clone());
    }

    /// Another note takes its place.
    pub(crate) fn note_now(&self, noted: Noted) {
        *self.noted.write().unwrap_or_else(PoisonError::into_inner) = noted;
    }

    /// Keeps the newer of two catalogues: a reader may come late with the older.
    pub(crate) fn publish_catalogue(&self, catalogue: Catalogue) {
        let mut known = self.catalogue.write().unwrap_or_else(PoisonError::into_inner);
        if catalogue.schema_version >= known.schema_version {
            *known = Arc::new(catalogue);
        }
    }

    /// Whether the use of keys is to be written.
    pub(crate) fn has_uses(&self) -> bool {
        self.keys.is_used() || self.id_key.is_used()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.map_or_else(system_time, |clock| clock())
    }

    /// Counts that a conversation was looked at.
    pub(crate) fn note_opened(&self) {
        let usage = Usage {
            chats_opened: 1,
            ..Usage::default()
        };
        self.statistics.used(self.now(), &usage);
    }

    /// Counts how long a transaction took, from its turn to its end.
    pub(crate) fn timed(&self, name: &'static str, began: Instant) {
        self.statistics.timed(self.now(), name, began.elapsed());
    }
}

/// The system's time, or the nearest there is.
pub(crate) fn system_time() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let ms = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_unix_ms(ms).unwrap_or(Timestamp::MAX)
}
