//! Rows of `key_store`: table keys wrapped under the master key, found by the number in an envelope.

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

/// A key that was made.
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
    /// The key with this number, to open what stands in this place.
    ///
    /// # Errors
    /// [`StoreError::DatabaseDamaged`] when there is none, when it does not unwrap, and when it is another place's.
    pub(crate) fn key(&mut self, number: u32, role: KeyRole<'_>) -> Result<Arc<TableKey>, StoreError> {
        self.key_for(number, role, Use::Open)
    }

    /// The same for what is sealed from now on.
    ///
    /// # Errors
    /// As [`key`](Self::key).
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

    /// The key of a row.
    fn key_unwrap(&mut self, number: u32) -> Result<KeptKey, StoreError> {
        let sql = Sql::new(hot::KEY_FIND);
        let row: Option<(String, String, Option<Vec<u8>>)> =
            self.db.row(sql.bind(i64::from(number)), "find a key")?;
        let (kind, scope, wrapped) =
            row.ok_or_else(|| StoreError::DatabaseDamaged(format!("key {number} is missing")))?;
        let place = KeyPlace::new(&kind, &scope);
        // None at all is no key that was destroyed.
        let wrapped = wrapped.unwrap_or_else(|| vec![0]);
        let (root, vault) = (&self.shared.root, &self.shared.vault_id);
        match root.unwrap(vault, number, &kind, &scope, &wrapped) {
            Ok(key) => Ok(KeptKey::new(key, place)),
            Err(_) => Err(key_lost(number, &place, &wrapped)),
        }
    }

    /// Why the row of a key gives none.
    pub(crate) fn key_fault(&mut self, number: u32) -> Result<Option<String>, StoreError> {
        match self.key_unwrap(number) {
            Ok(_) => Ok(None),
            Err(StoreError::DatabaseDamaged(why)) if !self.db.is_spoiled() => Ok(Some(why)),
            Err(error) => Err(error),
        }
    }

    /// The number of the living key of a place, if there is one.
    pub(crate) fn key_number(&mut self, role: KeyRole<'_>) -> Result<Option<u32>, StoreError> {
        let (kind, scope) = (role.kind(), role.scope());
        let sql = Sql::new(hot::KEY_NUMBER);
        let number: Option<i64> = self.db.row(sql.bind(kind).bind(&*scope), "find a key")?;
        number.map(key_number).transpose()
    }
}

impl WriteTx<'_> {
    /// Whether a number is taken.
    fn key_stands(&mut self, number: u32) -> Result<bool, StoreError> {
        self.db.ask("look for a key", |db| {
            let row = key_store::table.filter(key_store::key_number.eq(SqlInt(number.into())));
            select(exists(row)).get_result(db)
        })
    }

    /// The key of a place, made when there is none, to be used.
    pub(crate) fn key_ensure(&mut self, role: KeyRole<'_>) -> Result<(u32, Arc<TableKey>), StoreError> {
        let number = self.key_made(role)?;
        Ok((number, self.key_to_seal(number, role)?))
    }

    /// Its number alone: that is no use of it.
    pub(crate) fn key_made(&mut self, role: KeyRole<'_>) -> Result<u32, StoreError> {
        if let Some(number) = self.key_number(role)? {
            return Ok(number);
        }
        self.key_loss_look(role)?;
        let number: Option<i64> = match self.db.row(Sql::new(hot::KEY_NEXT), "number a key") {
            // Behind the greatest number stands none.
            Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => None,
            number => number?,
        };
        let number = u32::try_from(number.unwrap_or_default()).unwrap_or_default();
        if number == 0 && self.key_fault(u32::MAX)?.is_none() {
            let why = "every number of a key is used up: export the vault, and import that into a new one";
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

    /// Whether a number lies within reach behind the keys that there are: behind one that opens, or behind rows that stand for
    /// numbers which were given. Behind a number far ahead nobody could tell any more which were.
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
    let row = NewKeyRow {
        key_id: SqlText(number.to_string()),
        key_number: SqlInt(number.into()),
        key_type: SqlText(kind),
        scope: SqlText(scope),
        encrypted_key: SqlBlob(&wrapped),
        algorithm: SqlText(KEY_WRAP_ALGORITHM),
        created_at: SqlTime(now),
    };
    db.ask_one("keep a key", |db| {
        diesel::insert_into(key_store::table).values(&row).execute(db)
    })?;
    // What is sealed under a key that a trigger took away again is lost: it is read back, once a key.
    let sql = Sql::new(hot::KEY_FIND).bind(i64::from(number));
    let kept: Option<(String, String, Vec<u8>)> = db.row(sql, "find a key")?;
    match kept {
        Some((_, _, kept)) if kept == wrapped => Ok(()),
        _ => Err(not_taken("keep a key")),
    }
}

/// What is said of a key that its row does not give: which it is, what it is for, and whether it was destroyed.
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
