//! Finding and creating table keys: rows of `key_store` with keys wrapped under the master key, found by the number in
//! an envelope.

use std::collections::BTreeMap;
use std::sync::Arc;

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use privatus_crypto::{KEY_WRAP_ALGORITHM, KeyStoreKey, TableKey, VaultId};
use privatus_schema::{SqlBlob, SqlInt, SqlText, SqlTime, key_store};

use crate::db::connection::Connection;
use crate::db::hot;
use crate::db::one_row::not_taken;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::keys::role::{KeyPlace, KeyRole};
use crate::keys::survey::TAKEN;
use crate::tx::key_cache::{KeptKey, Use};
use crate::tx::{ReadTx, WriteTx};
use crate::vault::own_row::odd_mark_error;

/// The row of a new key.
#[derive(Insertable)]
#[diesel(table_name = key_store)]
struct NewKeyRow<'a> {
    key_id: SqlText,
    key_number: SqlInt,
    key_type: SqlText<&'a str>,
    scope: SqlText<&'a str>,
    /// Wrapped under the master key.
    encrypted_key: SqlBlob<&'a [u8]>,
    algorithm: SqlText<&'a str>,
    created_at: SqlTime<&'a str>,
}

impl ReadTx<'_> {
    /// Returns the key with this number, to open values in this place.
    ///
    /// # Errors
    /// [`StoreError::DatabaseDamaged`] if there is no such key, if it does not unwrap, or if it belongs to another
    /// place.
    pub(crate) fn key(&mut self, number: u32, role: KeyRole<'_>) -> Result<Arc<TableKey>, StoreError> {
        self.key_for(number, role, Use::Open)
    }

    /// Returns the key with this number, to seal values in this place.
    ///
    /// # Errors
    /// Those of [`key`](Self::key).
    pub(crate) fn key_to_seal(
        &mut self,
        number: u32,
        role: KeyRole<'_>,
    ) -> Result<Arc<TableKey>, StoreError> {
        self.key_for(number, role, Use::Seal)
    }

    fn key_for(&mut self, number: u32, role: KeyRole<'_>, to: Use) -> Result<Arc<TableKey>, StoreError> {
        if let Some((last, key)) = &self.last_key
            && *last == number
        {
            return key.used(number, role, to);
        }
        let known = self.new_keys.get(&number).cloned();
        if let Some(key) = known.or_else(|| self.shared.keys.get(number)) {
            let used = key.used(number, role, to)?;
            self.last_key = Some((number, key));
            return Ok(used);
        }
        let key = self.key_unwrap(number)?;
        let used = key.used(number, role, to)?;
        if self.is_writer {
            self.new_keys.insert(number, key);
        } else {
            self.shared.keys.publish([(number, key)]);
        }
        Ok(used)
    }

    /// Reads and unwraps the key with this number.
    fn key_unwrap(&mut self, number: u32) -> Result<KeptKey, StoreError> {
        let sql = Sql::new(hot::KEY_FIND);
        let row: Option<(String, String, Option<Vec<u8>>)> =
            self.db.row(sql.bind(i64::from(number)), "find a key")?;
        let (kind, scope, wrapped) =
            row.ok_or_else(|| StoreError::DatabaseDamaged(format!("key {number} is missing")))?;
        let place = KeyPlace::new(&kind, &scope);
        // NULL does not mean that the key was destroyed.
        let wrapped = wrapped.unwrap_or_else(|| vec![0]);
        let (root, vault) = (&self.shared.root, &self.shared.vault_id);
        match root.unwrap(vault, number, &kind, &scope, &wrapped) {
            Ok(key) => Ok(KeptKey::new(key, place)),
            Err(_) => Err(key_lost(number, &place, &wrapped)),
        }
    }

    /// Returns why a key cannot be read from its row; `None` if it can.
    pub(crate) fn key_fault(&mut self, number: u32) -> Result<Option<String>, StoreError> {
        match self.key_unwrap(number) {
            Ok(_) => Ok(None),
            Err(StoreError::DatabaseDamaged(why)) if !self.db.is_spoiled() => Ok(Some(why)),
            Err(error) => Err(error),
        }
    }

    /// Returns the number of the key of a place that is not destroyed, if there is one.
    pub(crate) fn key_number(&mut self, role: KeyRole<'_>) -> Result<Option<u32>, StoreError> {
        let (kind, scope) = (role.kind(), role.scope());
        let sql = Sql::new(hot::KEY_NUMBER);
        let number: Option<i64> = self.db.row(sql.bind(kind).bind(&*scope), "find a key")?;
        number.map(key_number).transpose()
    }
}

impl WriteTx<'_> {
    /// Whether there is a row with this number.
    fn key_stands(&mut self, number: u32) -> Result<bool, StoreError> {
        self.db.ask("look for a key", |db| {
            let row = key_store::table.filter(key_store::key_number.eq(SqlInt(number.into())));
            select(exists(row)).get_result(db)
        })
    }

    /// Returns the key of a place to seal with, and creates it if needed.
    pub(crate) fn key_ensure(&mut self, role: KeyRole<'_>) -> Result<(u32, Arc<TableKey>), StoreError> {
        let number = self.key_made(role)?;
        Ok((number, self.key_to_seal(number, role)?))
    }

    /// Returns the number of the key of a place, and creates the key if needed. This does not count as a use of the
    /// key.
    pub(crate) fn key_made(&mut self, role: KeyRole<'_>) -> Result<u32, StoreError> {
        if let Some(number) = self.key_number(role)? {
            return Ok(number);
        }
        self.key_loss_look(role)?;
        let number: Option<i64> = match self.db.row(Sql::new(hot::KEY_NEXT), "number a key") {
            // There is no number after the greatest one.
            Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => None,
            number => number?,
        };
        let number = u32::try_from(number.unwrap_or_default()).unwrap_or_default();
        if number == 0 && self.key_fault(u32::MAX)?.is_none() {
            let why = "all key numbers are used up; export the vault, and import the export into a new one";
            return Err(StoreError::DatabaseDamaged(why.into()));
        }
        if number == 0 || !self.key_number_follows(number)? {
            return Err(odd_mark_error("next_key_number"));
        }
        let key = TableKey::generate()?;
        let (shared, now) = (self.shared, self.now().to_sql());
        let (kind, scope) = (role.kind(), role.scope());
        let kept = key_keep(
            self.db,
            &shared.root,
            &shared.vault_id,
            number,
            (kind, &scope),
            &key,
            &now,
        );
        if matches!(kept, Err(StoreError::DatabaseDamaged(_)))
            && !self.db.is_spoiled()
            && self.key_stands(number)?
        {
            return Err(odd_mark_error("next_key_number"));
        }
        kept?;
        let kept = KeptKey::new(key, KeyPlace::new(kind, &scope));
        self.new_keys.insert(number, kept);
        Ok(number)
    }

    /// Whether a number follows the existing keys closely: after a key that opens, or after rows for numbers that were
    /// assigned. With a number far ahead, nobody could tell which numbers were assigned.
    fn key_number_follows(&mut self, number: u32) -> Result<bool, StoreError> {
        let last = number.saturating_sub(1);
        for before in (last.saturating_sub(TAKEN)..=last).rev() {
            let is_known = self.new_keys.contains_key(&before) || self.shared.keys.get(before).is_some();
            if is_known || self.key_fault(before)?.is_none() {
                return Ok(true);
            }
        }
        let survey = self.keys_survey(&BTreeMap::new(), Some(number))?;
        Ok(last <= survey.highest)
    }

    /// Forgets a key whose row this transaction emptied: once the transaction is committed, the key is not in memory
    /// any more.
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
    let row = NewKeyRow {
        key_id: SqlText(number.to_string()),
        key_number: SqlInt(number.into()),
        key_type: SqlText(kind),
        scope: SqlText(scope),
        encrypted_key: SqlBlob(&wrapped),
        algorithm: SqlText(KEY_WRAP_ALGORITHM),
        created_at: SqlTime(now),
    };
    db.ask_one("store a key", |db| {
        diesel::insert_into(key_store::table).values(&row).execute(db)
    })?;
    // A value sealed under a key that a trigger removed again would be lost, so each new key is read back once.
    let sql = Sql::new(hot::KEY_FIND).bind(i64::from(number));
    let kept: Option<(String, String, Vec<u8>)> = db.row(sql, "find a key")?;
    match kept {
        Some((_, _, kept)) if kept == wrapped => Ok(()),
        _ => Err(not_taken("store a key")),
    }
}

/// Returns the error for a key that cannot be read from its row: which key, what it is for, and whether it was
/// destroyed.
pub(crate) fn key_lost(number: u32, place: &KeyPlace, wrapped: &[u8]) -> StoreError {
    StoreError::DatabaseDamaged(match wrapped {
        [] => format!("key {number} ({place}) was destroyed"),
        _ => format!("key {number} ({place}) does not open: its row was altered"),
    })
}

fn key_number(number: i64) -> Result<u32, StoreError> {
    match u32::try_from(number) {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(StoreError::DatabaseDamaged(
            "a key has an impossible number".into(),
        )),
    }
}
