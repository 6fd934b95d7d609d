//! Keys in memory: unwrapped once, found by number, with a count of how often each was used since the counts were last
//! written.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

use privatus_crypto::{IdKey, TableKey};
use privatus_domain::Timestamp;

use crate::error::StoreError;
use crate::keys::role::{KeyPlace, KeyRole};

/// Milliseconds between two writes of the gathered counts.
pub(crate) const EVERY_MS: i64 = 60_000;

/// What a key is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// To open an existing value.
    Open,
    /// To seal a new value.
    Seal,
}

/// A key, and how often it sealed or opened a value since the counts were last written.
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

    /// Returns the key, for opening or sealing a value in the given place, and counts the use.
    ///
    /// # Errors
    /// [`StoreError::DatabaseDamaged`] if the key belongs to another place.
    pub(crate) fn used(&self, number: u32, role: KeyRole<'_>, to: Use) -> Result<Arc<TableKey>, StoreError> {
        let may = match to {
            Use::Open => self.place.opens(role),
            Use::Seal => self.place.fits(role),
        };
        if !may {
            let place = &self.place;
            return Err(StoreError::DatabaseDamaged(format!(
                "key {number} ({place}) is used where only a key of {role} is allowed"
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
    /// When the counts were last written, in milliseconds since 1970; 0 until first asked.
    written_ms: AtomicI64,
    /// Whether every row was checked before the first new key was created.
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

    /// Makes keys available to every transaction. Called after the commit that wrote them, because a number that was
    /// rolled back is used again.
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

    /// Returns whether the counts should be written now: `every_ms` after the last time.
    pub(crate) fn is_due(&self, now: Timestamp, every_ms: i64) -> bool {
        let now = now.unix_ms();
        let last = self.written_ms.load(Ordering::Relaxed);
        let due = last != 0 && now.saturating_sub(last) >= every_ms;
        // A clock that was set back starts a new interval.
        if due || last == 0 || now < last {
            self.written_ms.store(now, Ordering::Relaxed);
        }
        due
    }

    /// Returns whether there are counts to write.
    pub(crate) fn is_used(&self) -> bool {
        let used = |key: &KeptKey| key.uses.load(Ordering::Relaxed) > 0;
        self.keys.read().is_ok_and(|keys| keys.values().any(used))
    }

    /// Returns the counts gathered since the last call, by key number.
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

/// The key that ids are hashed with, which every transaction has, and how often it was used since its count was last
/// written.
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

    /// Returns the count gathered since the last call, if any, with the key's number.
    pub(crate) fn take_uses(&self) -> Option<(u32, u64)> {
        let uses = self.uses.swap(0, Ordering::Relaxed);
        (uses > 0).then_some((self.number, uses))
    }
}
