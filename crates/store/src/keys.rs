//! Rows of `key_store`: table keys wrapped under the master key, found by the number in an envelope.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use diesel::sql_types::{BigInt, Binary, Text};
use privatus_crypto::{KEY_WRAP_ALGORITHM, KeyStoreKey, TableKey, VaultId};

use crate::connection::Link;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::{ReadTx, WriteTx};

/// Unwrapped keys of committed rows, by number.
#[derive(Default)]
pub(crate) struct KeyCache(RwLock<HashMap<u32, Arc<TableKey>>>);

impl std::fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyCache(redacted)")
    }
}

impl KeyCache {
    fn get(&self, number: u32) -> Option<Arc<TableKey>> {
        self.0.read().ok()?.get(&number).cloned()
    }

    /// Makes keys known to every transaction; called after the commit that wrote them, since a number that was rolled
    /// back is given out again.
    pub(crate) fn publish(&self, keys: impl IntoIterator<Item = (u32, Arc<TableKey>)>) {
        if let Ok(mut map) = self.0.write() {
            map.extend(keys);
        }
    }
}

impl ReadTx<'_> {
    /// The key with this number.
    pub(crate) fn key(&mut self, number: u32) -> Result<Arc<TableKey>, StoreError> {
        if let Some(key) = self.new_keys.get(&number) {
            return Ok(Arc::clone(key));
        }
        if let Some(key) = self.shared.keys.get(number) {
            return Ok(key);
        }
        let sql = Sql::<(Text, Text, Binary)>::new(
            "SELECT key_type, scope, encrypted_key FROM key_store WHERE key_number = ?",
        );
        let row: Option<(String, String, Vec<u8>)> =
            self.link.row(sql.bind(i64::from(number)), "find a key")?;
        let (kind, scope, wrapped) =
            row.ok_or_else(|| StoreError::DatabaseDamaged(format!("key {number} is missing")))?;
        let key = self
            .shared
            .root
            .unwrap(&self.shared.vault_id, number, &kind, &scope, &wrapped)?;
        let key = Arc::new(key);
        if self.is_writer {
            self.new_keys.insert(number, Arc::clone(&key));
        } else {
            self.shared.keys.publish([(number, Arc::clone(&key))]);
        }
        Ok(key)
    }

    /// The number of the key of a type and scope, if there is one.
    pub(crate) fn key_number(&mut self, kind: &str, scope: &str) -> Result<Option<u32>, StoreError> {
        let sql = Sql::<BigInt>::new(
            "SELECT key_number FROM key_store WHERE key_type = ? AND scope = ? AND length(encrypted_key) > 0",
        );
        let number: Option<i64> = self.link.row(sql.bind(kind).bind(scope), "find a key")?;
        number.map(key_number).transpose()
    }
}

impl WriteTx<'_> {
    /// The key of a type and scope, made when there is none.
    pub(crate) fn key_ensure(&mut self, kind: &str, scope: &str) -> Result<(u32, Arc<TableKey>), StoreError> {
        if let Some(number) = self.key_number(kind, scope)? {
            return Ok((number, self.key(number)?));
        }
        let sql = Sql::<BigInt>::new(
            "UPDATE vault_state SET next_key_number = next_key_number + 1 WHERE id = 1 \
             RETURNING next_key_number - 1",
        );
        let number: Option<i64> = self.link.row(sql, "number a key")?;
        let number = key_number(number.unwrap_or_default())?;
        let key = TableKey::generate()?;
        let (shared, now) = (self.shared, self.now().to_sql());
        key_keep(
            self.link,
            &shared.root,
            &shared.vault_id,
            number,
            (kind, scope),
            &key,
            &now,
        )?;
        let key = Arc::new(key);
        self.new_keys.insert(number, Arc::clone(&key));
        Ok((number, key))
    }
}

/// Writes a key's row, wrapped under the master key; `role` is its type and scope.
pub(crate) fn key_keep(
    link: &mut Link,
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
    link.run(sql, "keep a key").map(drop)
}

fn key_number(number: i64) -> Result<u32, StoreError> {
    match u32::try_from(number) {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(StoreError::DatabaseDamaged(
            "a key has an impossible number".into(),
        )),
    }
}
