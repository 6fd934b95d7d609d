//! Checks the sealed values in tables that no query of the store opens: transfers, groups, security events. Those of
//! the audit log are opened with its chain.

use privatus_domain::Id;

use super::{BATCH, Verification};
use crate::db::at_most::ascends;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::keys::role::KeyRole;
use crate::setting::fields;
use crate::tx::ReadTx;

/// A sealed column, and the one or two columns that identify its row in the envelope (docs/CRYPTO.md).
const SEALED: [(&str, &str, &str, Option<&str>); 6] = [
    ("contacts", "public_key", "contact_id", None),
    ("security_events", "raw_data", "event_id", None),
    ("file_transfers", "file_name", "transfer_id", None),
    ("file_transfers", "file_hash", "transfer_id", None),
    ("groups", "settings", "group_id", None),
    ("group_members", "permissions", "group_id", Some("contact_id")),
];

impl ReadTx<'_> {
    /// Opens each of them, and reports those that do not open.
    pub(super) fn verify_sealed(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        for (table, column, first, second) in SEALED {
            let mut after = i64::MIN;
            loop {
                let sql = Sql::new(format!(
                    "SELECT rowid FROM {table} WHERE {column} IS NOT NULL AND rowid > ? ORDER BY rowid LIMIT {BATCH}"
                ));
                let rows: Vec<i64> = self.db.rows(sql.bind(after), "list sealed values")?;
                let Some(last) = rows.last() else { break };
                ascends(&after, last, "list sealed values")?;
                after = *last;
                for row in rows {
                    match self.sealed_open(table, column, (first, second), row) {
                        Ok(()) => found.values += 1,
                        Err(StoreError::DatabaseDamaged(why)) if !self.db.is_spoiled() => {
                            found.problem(format!("{table}.{column} of row {row}: {why}"));
                        }
                        Err(error) => return Err(error),
                    }
                }
            }
        }
        Ok(())
    }

    fn sealed_open(
        &mut self,
        table: &str,
        column: &str,
        (first, second): (&str, Option<&str>),
        row: i64,
    ) -> Result<(), StoreError> {
        let second = second.unwrap_or("NULL");
        let text = format!(
            "SELECT iif(typeof({first}) = 'integer', {first}, NULL), CAST({first} AS TEXT), {second}, {column} \
             FROM {table} WHERE rowid = ?"
        );
        type Row = (Option<i64>, String, Option<String>, Vec<u8>);
        let value: Option<Row> = self.db.row(Sql::new(text).bind(row), "read a sealed value")?;
        let Some((number, key, second, envelope)) = value else {
            return Ok(());
        };
        let canonical = |text: &str| {
            let id = text.parse::<Id>().map_err(StoreError::from);
            id.map(|id| id.canonical()).map_err(StoreError::of_stored)
        };
        let row_id = match (number, second) {
            (Some(number), _) => number.to_le_bytes().to_vec(),
            (None, Some(second)) => fields([&canonical(&key)?, &canonical(&second)?]),
            (None, None) => canonical(&key)?,
        };
        let role = match table {
            "groups" | "group_members" => KeyRole::Group(&key),
            _ => KeyRole::Column(table, column),
        };
        self.open_under(role, (table, column), &row_id, &envelope)
            .map(drop)
    }
}
