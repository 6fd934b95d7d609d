//! The vault around a step: its months, the views over them, its sealed values.

use std::collections::HashMap;

use privatus_crypto::{Context, KeyStoreKey, TableKey, VaultId, envelope_key_number};
use privatus_domain::Partition;
use privatus_migrate::{Host, MigrateError, Partitions, rows_view, text_of};
use privatus_sqlite::{Column, Connection, Value};

use super::TEMPLATE;

/// The view behind `messages` and `messages_archive`.
const VIEW: &str = "message_rows";

/// A vault's database, with its keys.
pub(crate) struct VaultHost<'a> {
    root: &'a KeyStoreKey,
    vault: &'a VaultId,
    keys: HashMap<u32, TableKey>,
}

impl<'a> VaultHost<'a> {
    pub(crate) fn new(root: &'a KeyStoreKey, vault: &'a VaultId) -> Self {
        Self {
            root,
            vault,
            keys: HashMap::new(),
        }
    }

    fn key(&mut self, db: &mut Connection, number: u32) -> Result<&TableKey, MigrateError> {
        if !self.keys.contains_key(&number) {
            let sql = "SELECT key_type, scope, encrypted_key FROM key_store WHERE key_number = ?";
            let mut found = None;
            db.query(sql, &[Value::Integer(number.into())], |row| {
                let (kind, scope) = (row.text(0), row.text(1));
                if let (Some(kind), Some(scope), Column::Blob(wrapped)) = (kind, scope, row.column(2)) {
                    found = Some(self.root.unwrap(self.vault, number, &kind, &scope, wrapped)?);
                }
                Ok::<_, MigrateError>(())
            })?;
            self.keys.insert(number, found.ok_or(MigrateError::Sealed)?);
        }
        self.keys.get(&number).ok_or(MigrateError::Sealed)
    }

    /// The key that an envelope names, and what binds a value to its place.
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
        Ok((self.key(db, key_number)?, context))
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
    ) -> Result<Vec<u8>, MigrateError> {
        let (key, context) = self.place(db, table, column, row_id, envelope)?;
        let mut plain = Vec::new();
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
        Ok(key.seal(&context, plain)?)
    }
}

/// The months whose tables stand, and whether each is in the archive.
pub(super) fn months(db: &mut Connection) -> Result<Vec<(Partition, bool)>, MigrateError> {
    let mut months = Vec::new();
    let sql =
        "SELECT partition, state = 'archived' FROM partitions WHERE state <> 'sealed' ORDER BY partition";
    db.query(sql, &[], |row| {
        // Only a `Partition` becomes a table name.
        let number = i32::try_from(row.integer(0)).ok();
        if let Some(partition) = number.and_then(Partition::from_number) {
            months.push((partition, row.integer(1) == 1));
        }
        Ok::<_, MigrateError>(())
    })?;
    Ok(months)
}

/// The months, and the first that is sealed in a file of its own.
pub(super) fn partitions(db: &mut Connection) -> Result<Partitions, MigrateError> {
    let mut sealed = None;
    let sql = "SELECT partition FROM partitions WHERE state = 'sealed' LIMIT 1";
    db.query(sql, &[], |row| {
        sealed = Some(row.integer(0).to_string());
        Ok::<_, MigrateError>(())
    })?;
    Ok(Partitions {
        template: TEMPLATE.into(),
        tables: months(db)?
            .into_iter()
            .map(|(partition, _)| partition.table())
            .collect(),
        sealed,
    })
}

/// The two ends of time have an index for their order.
pub(super) fn extras(table: &str) -> Vec<String> {
    if [Partition::EARLY, Partition::LATE]
        .iter()
        .all(|end| end.table() != table)
    {
        return Vec::new();
    }
    vec![format!(
        "CREATE INDEX idx_{table}_order ON {table} (conversation, timestamp, row_key)"
    )]
}

/// What an open reads before it knows the schema.
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

/// The statements that make a month.
pub(crate) fn partition_sql(db: &mut Connection, partition: Partition) -> Result<Vec<String>, MigrateError> {
    let table = partition.table();
    let mut all = privatus_migrate::month_sql(db, TEMPLATE, &table)?;
    all.extend(extras(&table));
    Ok(all)
}

/// Makes a month's table and indexes; the view over it is the caller's.
pub(super) fn make_month(db: &mut Connection, partition: Partition) -> Result<(), MigrateError> {
    for sql in partition_sql(db, partition)? {
        db.execute_batch(&sql)?;
    }
    Ok(())
}

/// Makes in `db` the months that another database has, and the view over them.
pub(super) fn copy_months(db: &mut Connection, months: &[(Partition, bool)]) -> Result<(), MigrateError> {
    for (partition, _) in months {
        make_month(db, *partition)?;
    }
    write_view(db, months)
}

/// Writes the view under `messages` and `messages_archive` again, over all months; its columns stay those the migrations
/// gave it.
pub(crate) fn refresh_views(db: &mut Connection) -> Result<(), MigrateError> {
    let months = months(db)?;
    write_view(db, &months)
}

fn write_view(db: &mut Connection, months: &[(Partition, bool)]) -> Result<(), MigrateError> {
    let months: Vec<(String, bool)> = months
        .iter()
        .map(|(partition, archived)| (partition.table(), *archived))
        .collect();
    let view = text_of(db, VIEW)?.and_then(|view| rows_view(&view, TEMPLATE, &months));
    let view = view.ok_or_else(|| other_form(VIEW))?;
    Ok(db.execute_batch(&format!("DROP VIEW {VIEW}; {view}"))?)
}

fn other_form(name: &str) -> MigrateError {
    MigrateError::Host(format!("{name} is missing or has another form"))
}
