//! Keys in memory: unwrapped once, found by their number, and how often each was used since that was last written.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

use privatus_crypto::{IdKey, TableKey};
use privatus_domain::Timestamp;

use crate::error::StoreError;
use crate::keys::role::{KeyPlace, KeyRole};

/// Milliseconds between two writes of what was gathered.
pub(crate) const EVERY_MS: i64 = 60_000;

/// What a key is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// A value that stands.
    Open,
    /// A value to come.
    Seal,
}

/// A key and how often it sealed or opened a value since that was last written.
#[derive(Clone)]
pub(crate) struct KeptKey {
    key: Arc<TableKey>,
    place: Arc<KeyPlace>,
    uses: Arc<AtomicU64>,
}

impl KeptKey {
    pub(crate) fn new(key: TableKey, place: KeyPlace) -> Self {
        Self {
            key: Arc::new(key),
            place: Arc::new(place),
            uses: Arc::default(),
        }
    }

    /// The key, to open what stands in a place, or to seal what will.
    ///
    /// # Errors
    /// [`StoreError::DatabaseDamaged`] when it is another place's.
    pub(crate) fn used(&self, number: u32, role: KeyRole<'_>, to: Use) -> Result<Arc<TableKey>, StoreError> {
        let may = match to {
            Use::Open => self.place.opens(role),
            Use::Seal => self.place.fits(role),
        };
        if !may {
            let place = &self.place;
            return Err(StoreError::DatabaseDamaged(format!(
                "key {number} ({place}) is named where only a key of {role} may be"
            )));
        }
        self.uses.fetch_add(1, Ordering::Relaxed);
        Ok(Arc::clone(&self.key))
    }
}

/// Unwrapped keys of committed rows, by number.
#[derive(Default)]
pub(crate) struct KeyCache {
    keys: RwLock<HashMap<u32, KeptKey>>,
    /// When uses were last written, in milliseconds since 1970; 0 until the first look.
    written_ms: AtomicI64,
    /// Whether every row was looked at, before the first key that was made.
    pub(crate) is_looked: AtomicBool,
}

impl std::fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyCache(redacted)")
    }
}

impl KeyCache {
    pub(crate) fn get(&self, number: u32) -> Option<KeptKey> {
        self.keys.read().ok()?.get(&number).cloned()
    }

    /// Makes keys known to every transaction; called after the commit that wrote them, since a number that was rolled
    /// back is given out again.
    pub(crate) fn publish(&self, keys: impl IntoIterator<Item = (u32, KeptKey)>) {
        if let Ok(mut map) = self.keys.write() {
            for (number, key) in keys {
                map.entry(number).or_insert(key);
            }
        }
    }

    /// Forgets keys that a committed transaction destroyed.
    pub(crate) fn forget(&self, numbers: &[u32]) {
        if numbers.is_empty() {
            return;
        }
        if let Ok(mut map) = self.keys.write() {
            map.retain(|number, _| !numbers.contains(number));
        }
    }

    /// Whether uses are to be written now: `every_ms` after the last time.
    pub(crate) fn is_due(&self, now: Timestamp, every_ms: i64) -> bool {
        let now = now.unix_ms();
        let last = self.written_ms.load(Ordering::Relaxed);
        let due = last != 0 && now.saturating_sub(last) >= every_ms;
        // A clock that was put back begins a new minute.
        if due || last == 0 || now < last {
            self.written_ms.store(now, Ordering::Relaxed);
        }
        due
    }

    /// Whether there are uses to write.
    pub(crate) fn is_used(&self) -> bool {
        let used = |key: &KeptKey| key.uses.load(Ordering::Relaxed) > 0;
        self.keys.read().is_ok_and(|keys| keys.values().any(used))
    }

    /// The uses gathered since the last call, by key number.
    pub(crate) fn take_uses(&self) -> Vec<(u32, u64)> {
        let Ok(keys) = self.keys.read() else {
            return Vec::new();
        };
        keys.iter()
            .map(|(number, key)| (*number, key.uses.swap(0, Ordering::Relaxed)))
            .filter(|(_, uses)| *uses > 0)
            .collect()
    }
}

/// The key that ids are hashed with, which every transaction has, and how often it was used since that was last written.
pub(crate) struct CountedIdKey {
    number: u32,
    key: IdKey,
    uses: AtomicU64,
}

impl CountedIdKey {
    pub(crate) const fn new(number: u32, key: IdKey) -> Self {
        Self {
            number,
            key,
            uses: AtomicU64::new(0),
        }
    }

    pub(crate) fn hash16(&self, label: &str, fields: &[&[u8]]) -> [u8; 16] {
        self.uses.fetch_add(1, Ordering::Relaxed);
        self.key.hash16(label, fields)
    }

    pub(crate) fn is_used(&self) -> bool {
        self.uses.load(Ordering::Relaxed) > 0
    }

    /// The uses gathered since the last call, if any, with the key's number.
    pub(crate) fn take_uses(&self) -> Option<(u32, u64)> {
        let uses = self.uses.swap(0, Ordering::Relaxed);
        (uses > 0).then_some((self.number, uses))
    }
}
