//! Reads every value of the tables that the store reads row by row as its readers do: by the type that the column
//! declares, with the same parse functions. Values under a seal or a MAC are checked elsewhere.

use privatus_sqlite::Column;

use super::LISTED;
use super::columns::{OF_BACKUP, Of};
use super::origin::Foreign;
use super::sizes::not_foreign;
use crate::db::cell::Cell;
use crate::db::decode::{FromColumn, WrongType};
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::ReadTx;

/// The SQL that names a row of a table with a rowid.
const ROWID: &str = "CAST(rowid AS TEXT)";

/// The tables, the SQL that names a row, and whose rows it applies to. The messages, the register of their ids, large
/// content, the audit log and the ledger have their own checks.
const TABLES: [(&str, &str, Of); 21] = [
    ("vault_state", ROWID, Of::Anybody),
    ("key_store", ROWID, Of::Anybody),
    ("partitions", ROWID, Of::Anybody),
    ("archives", ROWID, Of::Anybody),
    ("conversations", ROWID, Of::Anybody),
    (
        "conversation_months",
        "conversation || ' ' || partition",
        Of::Anybody,
    ),
    ("pending_removals", ROWID, Of::Anybody),
    ("senders", ROWID, Of::Anybody),
    (
        "group_bans",
        "quote(group_id) || ' ' || quote(contact_id)",
        Of::Anybody,
    ),
    ("contacts", ROWID, Of::Builds("created_at")),
    ("groups", ROWID, Of::Builds("created_at")),
    ("group_members", ROWID, Of::Builds("created_at")),
    ("settings", ROWID, Of::Builds("created_at")),
    ("file_transfers", ROWID, Of::Builds("created_at")),
    ("access_control", ROWID, Of::Builds("granted_at")),
    ("security_events", ROWID, Of::Builds("timestamp")),
    ("usage_statistics", ROWID, Of::Builds("date")),
    ("performance_metrics", ROWID, Of::Builds("timestamp")),
    ("retention_policies", ROWID, Of::Builds("NULL")),
    ("backup_metadata", ROWID, Of::Builds("created_at")),
    ("backup_contents", ROWID, Of::Builds(OF_BACKUP)),
];

/// The name of a row, whatever it contains.
struct Name(String);

impl FromColumn for Name {
    fn from_column(column: Column<'_>) -> Result<Self, WrongType> {
        match column {
            Column::Text(bytes) => Ok(Self(String::from_utf8_lossy(bytes).into_owned())),
            _ => Err(WrongType),
        }
    }
}

impl ReadTx<'_> {
    /// Returns the place of each value that the readers of its column do not accept.
    pub(super) fn values_unread(&mut self, foreign: &Foreign) -> Result<Vec<String>, StoreError> {
        let mut unread = Vec::new();
        for (table, name, of) in TABLES {
            for (column, declared) in self.db.columns_declared(table)? {
                let (is_ours, at) = not_foreign(of, foreign);
                // The content of a BLOB does not matter here.
                let value = match declared.as_str() {
                    "BLOB" => format!("iif(typeof({column}) = 'blob', x'', {column})"),
                    _ => column.clone(),
                };
                let mut sql = Sql::new(format!(
                    "SELECT {name}, {value} FROM main.{table} WHERE {column} IS NOT NULL AND {is_ours}"
                ));
                if let Some(at) = at {
                    sql = sql.bind(at);
                }
                let mut told = 0;
                self.db
                    .each(sql, "read a table", |(Name(row), cell): (Name, Cell)| {
                        if !cell.is_read((table, &column), &declared) {
                            told += 1;
                            unread.push(format!("{table}.{column} of row {row}"));
                        }
                        told < LISTED
                    })?;
            }
        }
        Ok(unread)
    }
}
