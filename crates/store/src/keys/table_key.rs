//! Rows of `key_store`: table keys wrapped under the master key, found by the number in an envelope.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

use privatus_crypto::{IdKey, KEY_WRAP_ALGORITHM, KeyStoreKey, TableKey, VaultId};
use privatus_domain::Timestamp;

use crate::db::connection::Connection;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::{ReadTx, WriteTx};

/// A key and how often it sealed or opened a value since that was last written.
#[derive(Clone)]
pub(crate) struct KeptKey {
    key: Arc<TableKey>,
    uses: Arc<AtomicU64>,
}

impl KeptKey {
    fn new(key: Arc<TableKey>) -> Self {
        Self {
            key,
            uses: Arc::default(),
        }
    }

    fn used(&self) -> Arc<TableKey> {
        self.uses.fetch_add(1, Ordering::Relaxed);
        Arc::clone(&self.key)
    }
}

/// Unwrapped keys of committed rows, by number.
#[derive(Default)]
pub(crate) struct KeyCache {
    keys: RwLock<HashMap<u32, KeptKey>>,
    /// When uses were last written, in milliseconds since 1970; 0 until the first look.
    written_ms: AtomicI64,
}

impl std::fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyCache(redacted)")
    }
}

impl KeyCache {
    fn get(&self, number: u32) -> Option<KeptKey> {
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

impl ReadTx<'_> {
    /// The key with this number.
    pub(crate) fn key(&mut self, number: u32) -> Result<Arc<TableKey>, StoreError> {
        if let Some((last, key)) = &self.last_key
            && *last == number
        {
            return Ok(key.used());
        }
        let known = self.new_keys.get(&number).cloned();
        if let Some(key) = known.or_else(|| self.shared.keys.get(number)) {
            let used = key.used();
            self.last_key = Some((number, key));
            return Ok(used);
        }
        let sql = Sql::new("SELECT key_type, scope, encrypted_key FROM key_store WHERE key_number = ?");
        let row: Option<(String, String, Vec<u8>)> =
            self.db.row(sql.bind(i64::from(number)), "find a key")?;
        let (kind, scope, wrapped) =
            row.ok_or_else(|| StoreError::DatabaseDamaged(format!("key {number} is missing")))?;
        let key = self
            .shared
            .root
            .unwrap(&self.shared.vault_id, number, &kind, &scope, &wrapped)?;
        let key = KeptKey::new(Arc::new(key));
        let used = key.used();
        if self.is_writer {
            self.new_keys.insert(number, key);
        } else {
            self.shared.keys.publish([(number, key)]);
        }
        Ok(used)
    }

    /// The number of the key of a type and scope, if there is one.
    pub(crate) fn key_number(&mut self, kind: &str, scope: &str) -> Result<Option<u32>, StoreError> {
        let sql = Sql::new(
            "SELECT key_number FROM key_store WHERE key_type = ? AND scope = ? AND length(encrypted_key) > 0",
        );
        let number: Option<i64> = self.db.row(sql.bind(kind).bind(scope), "find a key")?;
        number.map(key_number).transpose()
    }
}

impl WriteTx<'_> {
    /// The key of a type and scope, made when there is none, to be used.
    pub(crate) fn key_ensure(&mut self, kind: &str, scope: &str) -> Result<(u32, Arc<TableKey>), StoreError> {
        let number = self.key_made(kind, scope)?;
        Ok((number, self.key(number)?))
    }

    /// Its number alone: that is no use of it.
    pub(crate) fn key_made(&mut self, kind: &str, scope: &str) -> Result<u32, StoreError> {
        if let Some(number) = self.key_number(kind, scope)? {
            return Ok(number);
        }
        let sql = Sql::new(
            "UPDATE vault_state SET next_key_number = next_key_number + 1 WHERE id = 1 \
             RETURNING next_key_number - 1",
        );
        let number: Option<i64> = self.db.row(sql, "number a key")?;
        let number = key_number(number.unwrap_or_default())?;
        let key = TableKey::generate()?;
        let (shared, now) = (self.shared, self.now().to_sql());
        key_keep(
            self.db,
            &shared.root,
            &shared.vault_id,
            number,
            (kind, scope),
            &key,
            &now,
        )?;
        self.new_keys.insert(number, KeptKey::new(Arc::new(key)));
        Ok(number)
    }
}

impl WriteTx<'_> {
    /// A key whose row this transaction emptied: nothing of it stays in memory once that is committed.
    pub(crate) fn key_forget(&mut self, number: u32) {
        self.new_keys.remove(&number);
        if self.last_key.as_ref().is_some_and(|(last, _)| *last == number) {
            self.last_key = None;
        }
        self.gone_keys.push(number);
    }
}

/// Writes a key's row, wrapped under the master key; `role` is its type and scope.
pub(crate) fn key_keep(
    db: &mut Connection,
    root: &KeyStoreKey,
    vault: &VaultId,
    number: u32,
    role: (&str, &str),
    key: &TableKey,
    now: &str,
) -> Result<(), StoreError> {
    let (kind, scope) = role;
    let wrapped = root.wrap(vault, number, kind, scope, key)?;
    let id = number.to_string();
    let sql = Sql::new(
        "INSERT INTO key_store (key_id, key_number, key_type, scope, encrypted_key, algorithm, created_at) \
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    let sql = sql
        .bind(id.as_str())
        .bind(i64::from(number))
        .bind(kind)
        .bind(scope)
        .bind(wrapped.as_slice())
        .bind(KEY_WRAP_ALGORITHM)
        .bind(now);
    db.run(sql, "keep a key").map(drop)
}

fn key_number(number: i64) -> Result<u32, StoreError> {
    match u32::try_from(number) {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(StoreError::DatabaseDamaged(
            "a key has an impossible number".into(),
        )),
    }
}
