//! The vault as a migration step sees it: its months, the views over them, its sealed values.

use std::collections::HashMap;

use privatus_crypto::{Context, KeyStoreKey, TableKey, VaultId, envelope_key_number};
use privatus_migrate::{Host, MigrateError, Partitions};
use privatus_sqlite::{Column, Connection, Value};
use zeroize::Zeroizing;

use crate::keys::role::KeyPlace;
use crate::partition::schema::{TEMPLATE, extras, months_standing, refresh_views};

/// A vault's database and its keys.
pub(crate) struct VaultHost<'a> {
    root: &'a KeyStoreKey,
    vault: &'a VaultId,
    keys: HashMap<u32, (TableKey, KeyPlace)>,
}

impl<'a> VaultHost<'a> {
    pub(crate) fn new(root: &'a KeyStoreKey, vault: &'a VaultId) -> Self {
        Self {
            root,
            vault,
            keys: HashMap::new(),
        }
    }

    /// Returns the key with this number, which must belong to the column; keys of months and groups may be of any month
    /// or group.
    fn key(
        &mut self,
        db: &mut Connection,
        number: u32,
        (table, column): (&str, &str),
    ) -> Result<&TableKey, MigrateError> {
        if !self.keys.contains_key(&number) {
            let sql = "SELECT key_type, scope, encrypted_key FROM key_store WHERE key_number = ?";
            let mut found = None;
            db.query(sql, &[Value::Integer(number.into())], |row| {
                let (kind, scope) = (row.text(0), row.text(1));
                if let (Some(kind), Some(scope), Column::Blob(wrapped)) = (kind, scope, row.column(2)) {
                    let key = self.root.unwrap(self.vault, number, &kind, &scope, wrapped)?;
                    found = Some((key, KeyPlace::new(&kind, &scope)));
                }
                Ok::<_, MigrateError>(())
            })?;
            self.keys.insert(number, found.ok_or(MigrateError::Sealed)?);
        }
        match self.keys.get(&number) {
            Some((key, place)) if place.is_of(table, column) => Ok(key),
            _ => Err(MigrateError::Sealed),
        }
    }

    /// Returns the key that an envelope names, and the context that binds a value to its place.
    fn place<'c>(
        &'c mut self,
        db: &mut Connection,
        table: &'c str,
        column: &'c str,
        row_id: &'c [u8],
        envelope: &[u8],
    ) -> Result<(&'c TableKey, Context<'c>), MigrateError> {
        let (vault, key_number) = (self.vault, envelope_key_number(envelope)?);
        let context = Context {
            vault,
            table,
            column,
            row_id,
            key_number,
        };
        Ok((self.key(db, key_number, (table, column))?, context))
    }
}

impl Host for VaultHost<'_> {
    fn partitions(&mut self, db: &mut Connection) -> Result<Partitions, MigrateError> {
        partitions(db)
    }

    fn month_extras(&self, table: &str) -> Vec<String> {
        extras(table)
    }

    fn identity(&mut self, db: &mut Connection) -> Result<Vec<u8>, MigrateError> {
        identity(db)
    }

    fn refresh_views(&mut self, db: &mut Connection) -> Result<(), MigrateError> {
        refresh_views(db)
    }

    fn open(
        &mut self,
        db: &mut Connection,
        table: &str,
        column: &str,
        row_id: &[u8],
        envelope: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, MigrateError> {
        let (key, context) = self.place(db, table, column, row_id, envelope)?;
        let mut plain = Zeroizing::new(Vec::new());
        key.open_into(&context, envelope, &mut plain)?;
        Ok(plain)
    }

    fn reseal(
        &mut self,
        db: &mut Connection,
        table: &str,
        column: &str,
        row_id: &[u8],
        envelope: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, MigrateError> {
        let (key, context) = self.place(db, table, column, row_id, envelope)?;
        let mut envelope = Vec::new();
        key.reseal_into(&context, plain, &mut envelope)?;
        Ok(envelope)
    }
}

/// Returns the months, and the first one that is sealed in a separate file.
pub(super) fn partitions(db: &mut Connection) -> Result<Partitions, MigrateError> {
    let mut sealed = None;
    let sql = "SELECT partition FROM partitions WHERE state = 'sealed' LIMIT 1";
    db.query(sql, &[], |row| {
        sealed = Some(row.integer(0).to_string());
        Ok::<_, MigrateError>(())
    })?;
    Ok(Partitions {
        template: TEMPLATE.into(),
        tables: months_standing(db)?
            .into_iter()
            .map(|(partition, _)| partition.table())
            .collect(),
        sealed,
    })
}

/// Reads what an open reads before it knows the schema.
pub(super) fn identity(db: &mut Connection) -> Result<Vec<u8>, MigrateError> {
    let mut found = db
        .pragma_i64("application_id")?
        .unwrap_or(0)
        .to_le_bytes()
        .to_vec();
    db.query("SELECT vault_id FROM vault_state", &[], |row| {
        if let Column::Blob(id) = row.column(0) {
            found.extend_from_slice(id);
        }
        Ok::<_, MigrateError>(())
    })?;
    Ok(found)
}
