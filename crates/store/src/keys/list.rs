//! Listing the rows of `key_store` without their keys, and setting when a key expires.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sqlite::Sqlite;
use privatus_domain::{
    Act, KeyEntry, KeyEntryError, KeyFilter, NewAuditEntry, Permission, Resource, ResourceKind, Timestamp,
    checked_key_expiry,
};
use privatus_schema::functions::length;
use privatus_schema::sql_types::{BigInt, Nullable, Text};
use privatus_schema::{SqlInt, SqlText, SqlTime, key_store};
use serde_json::json;

use crate::db::decode::stored_time;
use crate::error::{Missing, StoreError};
use crate::tx::{ReadTx, WriteTx};

/// A row of `key_store`, without the key.
#[derive(Queryable, QueryableByName, Selectable)]
#[diesel(table_name = key_store, check_for_backend(Sqlite))]
struct KeyRow {
    key_number: SqlInt,
    key_type: SqlText,
    scope: SqlText,
    algorithm: SqlText,
    created_at: Option<SqlTime>,
    expires_at: Option<SqlTime>,
    last_used: Option<SqlTime>,
    usage_count: Option<SqlInt>,
    /// 0 for a destroyed key.
    #[diesel(select_expression = length(key_store::encrypted_key).nullable(), sql_type = Nullable<BigInt>)]
    key_length: Option<SqlInt>,
}

/// The columns of [`KeyRow`].
const COLUMNS: &str = "key_number, key_type, scope, algorithm, created_at, expires_at, last_used, usage_count, \
                       length(encrypted_key) AS key_length";

/// Returns the statement for a filter; it uses the index that fits the filter.
fn statement(filter: &KeyFilter) -> String {
    let (index, wheres, order) = match (filter.expiring_by, filter.kind) {
        (None, None) => ("", "", "key_number"),
        (None, Some(_)) => ("INDEXED BY idx_keys_type", "WHERE key_type = ?", "key_number"),
        (Some(_), None) => (
            "INDEXED BY idx_keys_expiring",
            "WHERE expires_at <= ? AND length(encrypted_key) > 0",
            "expires_at, key_number",
        ),
        (Some(_), Some(_)) => (
            "INDEXED BY idx_keys_expiring",
            "WHERE expires_at <= ? AND length(encrypted_key) > 0 AND key_type = ?",
            "expires_at, key_number",
        ),
    };
    format!("SELECT {COLUMNS} FROM key_store {index} {wheres} ORDER BY {order}")
}

impl ReadTx<'_> {
    /// Returns the keys that pass the filter, ordered by number, or by expiry if the filter names one. Destroyed keys
    /// are only listed by a filter without expiry. Usage counts are as of the last write, at most once a minute and on
    /// close.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn keys(&mut self, filter: &KeyFilter) -> Result<Vec<KeyEntry>, StoreError> {
        self.permit(&Resource::every(ResourceKind::Key), Permission::Read)?;
        let by = filter.expiring_by.map(Timestamp::to_sql);
        let binds = [by.as_deref(), filter.kind.map(|kind| kind.as_str())];
        let mut query = sql_query(statement(filter)).into_boxed();
        for bind in binds.into_iter().flatten() {
            query = query.bind::<Text, _>(SqlText(bind));
        }
        let rows: Vec<KeyRow> = self.db.ask("list the keys", |db| query.load(db))?;
        rows.into_iter().map(named_entry).collect()
    }

    /// Returns the key with this number.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn key_by_number(&mut self, number: u32) -> Result<KeyEntry, StoreError> {
        self.permit(&Resource::of(ResourceKind::Key, number), Permission::Read)?;
        self.key_find(number)
    }

    fn key_find(&mut self, number: u32) -> Result<KeyEntry, StoreError> {
        let row = self.db.ask("find a key", |db| {
            key_store::table
                .filter(key_store::key_number.eq(SqlInt(number.into())))
                .select(KeyRow::as_select())
                .get_result(db)
                .optional()
        })?;
        named_entry(row.ok_or(Missing::Key(number))?)
    }
}

impl WriteTx<'_> {
    /// Sets when a key should be replaced, or `None` if it need not be. An expired key still works. The change is
    /// audited.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::KeyEntry`] for a time in the past and for a destroyed key.
    pub fn key_expiry_set(&mut self, number: u32, at: Option<Timestamp>) -> Result<(), StoreError> {
        self.permit(&Resource::of(ResourceKind::Key, number), Permission::Write)?;
        let key = self.key_find(number)?;
        if key.is_destroyed {
            return Err(KeyEntryError::Destroyed(number).into());
        }
        let now = self.now();
        let at = at.map(|at| checked_key_expiry(at, now)).transpose()?;
        self.db.ask_one("set when a key expires", |db| {
            diesel::update(key_store::table.filter(key_store::key_number.eq(SqlInt(number.into()))))
                .set(key_store::expires_at.eq(at.map(|at| SqlTime(at.to_sql()))))
                .execute(db)
        })?;
        let entry = NewAuditEntry::done(now, Act::KeyExpiry)
            .on(Resource::of(ResourceKind::Key, number))
            .with(json!({ "from": key.expires_at, "to": at }));
        self.audit(&entry)
    }
}

fn named_entry(row: KeyRow) -> Result<KeyEntry, StoreError> {
    let number = row.key_number.0;
    entry(row).map_err(|error| error.of_row(&format!("key {number}")))
}

fn entry(row: KeyRow) -> Result<KeyEntry, StoreError> {
    let length = row
        .key_length
        .ok_or_else(|| StoreError::DatabaseDamaged("it does not open: its row was altered".into()))?;
    Ok(KeyEntry {
        key_number: u32::try_from(row.key_number.0)
            .map_err(|_| StoreError::DatabaseDamaged("a key has an impossible number".into()))?,
        key_type: row.key_type.0,
        scope: row.scope.0,
        algorithm: row.algorithm.0,
        created_at: stored_time(row.created_at)?,
        expires_at: stored_time(row.expires_at)?,
        last_used: stored_time(row.last_used)?,
        usage_count: u64::try_from(row.usage_count.unwrap_or_default().0).unwrap_or_default(),
        is_destroyed: length.0 == 0,
    })
}

#[cfg(test)]
mod tests {
    use privatus_domain::{DisplayName, GroupKind, GroupSettings, KeyKind, NewGroup};

    use super::*;
    use crate::db::statement::Sql;
    use crate::testing::{Vault, at, clock, unlock};

    fn keys(vault: &Vault, filter: &KeyFilter) -> Vec<String> {
        let keys = vault.store.read(|tx| tx.keys(filter)).unwrap();
        keys.into_iter().map(|key| key.scope).collect()
    }

    fn plan(vault: &Vault, filter: &KeyFilter) -> String {
        let sql = Sql::new(format!(
            "EXPLAIN QUERY PLAN {}",
            statement(filter).replace('?', "NULL")
        ));
        let steps: Vec<(i32, i32, i32, String)> = vault.store.read(|tx| tx.db.rows(sql, "explain")).unwrap();
        steps.into_iter().map(|(.., step)| step).collect()
    }

    #[test]
    fn keys_are_listed_by_type_and_expiry_through_their_indexes() {
        let vault = Vault::new();
        vault.receive(&[("one", "2025-06-01T00:00:00Z")]);
        let by = |kind, expiring_by| KeyFilter { kind, expiring_by };
        let all = keys(&vault, &by(None, None));
        assert_eq!(all.first().map(String::as_str), Some("ids"));
        assert!(all.contains(&"messages/2025-06".to_owned()), "{all:?}");
        assert_eq!(keys(&vault, &by(Some(KeyKind::Audit), None)), ["audit_log"]);
        assert!(plan(&vault, &by(Some(KeyKind::Table), None)).contains("idx_keys_type"));

        let set = |number, at| vault.store.write("expire", |tx| tx.key_expiry_set(number, at));
        let (soon, later) = (at("2025-06-20T00:00:00Z"), at("2025-07-20T00:00:00Z"));
        set(1, Some(later)).unwrap();
        set(2, Some(soon)).unwrap();
        assert!(matches!(
            set(1, Some(clock())).unwrap_err(),
            StoreError::KeyEntry(KeyEntryError::Past { .. })
        ));
        assert!(matches!(
            set(999, None).unwrap_err(),
            StoreError::NotFound(Missing::Key(999))
        ));
        let second = all.get(1).unwrap().clone();
        assert_eq!(keys(&vault, &by(None, Some(soon))), [second.as_str()]);
        assert_eq!(keys(&vault, &by(None, Some(later))), [second.as_str(), "ids"]);
        assert_eq!(keys(&vault, &by(Some(KeyKind::Id), Some(later))), ["ids"]);
        for kind in [None, Some(KeyKind::Id)] {
            assert!(plan(&vault, &by(kind, Some(later))).contains("idx_keys_expiring (expires_at<?)"));
        }
        set(2, None).unwrap();
        assert_eq!(keys(&vault, &by(None, Some(later))), ["ids"]);
        vault.sql("UPDATE key_store SET encrypted_key = x'' WHERE key_number = 2");
        assert!(matches!(
            set(2, Some(later)).unwrap_err(),
            StoreError::KeyEntry(KeyEntryError::Destroyed(2))
        ));
        let destroyed = vault.store.read(|tx| tx.key_by_number(2)).unwrap();
        assert!(destroyed.is_destroyed);
    }

    /// Keys that seal nothing are counted like the others.
    #[test]
    fn the_use_of_every_kind_of_key_is_counted() {
        let vault = Vault::new();
        vault.receive(&[("one", "2025-06-01T00:00:00Z")]);
        let made = vault.store.write("group", |tx| {
            let name = DisplayName::new("Team")?;
            let kind = GroupKind::Private;
            tx.group_create(&NewGroup {
                settings: GroupSettings::new(r#"{"topic":"tea"}"#)?,
                ..NewGroup::new("team".parse()?, name, kind, tx.now())
            })
        });
        made.unwrap();
        let (_folder, path) = vault.lock();
        let store = unlock(&path).unwrap();
        let keys = store.read(|tx| tx.keys(&KeyFilter::default())).unwrap();
        let kinds: std::collections::BTreeSet<_> = keys.iter().map(|key| key.key_type.as_str()).collect();
        assert_eq!(
            kinds.into_iter().collect::<Vec<_>>(),
            ["audit", "group", "id", "table"]
        );
        for key in keys {
            assert!(key.usage_count > 0, "{} {}", key.key_type, key.scope);
            assert_eq!(key.last_used, Some(clock()), "{} {}", key.key_type, key.scope);
        }
    }
}
