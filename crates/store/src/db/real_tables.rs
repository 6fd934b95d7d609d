//! Which names are tables: asked before the first statement that uses one. A view in a table's place may never end, and
//! what is written to it goes nowhere.

use std::collections::BTreeSet;

use crate::db::connection::Connection;
use crate::db::hot;
use crate::db::statement::Sql;
use crate::error::StoreError;

/// What tells a vault and its schema: a database of any build has them.
pub(crate) const OF_ANY_BUILD: [&str; 5] = [
    "vault_state",
    "schema_migrations",
    "__diesel_schema_migrations",
    "key_store",
    "partitions",
];

/// Every other table that a statement of this build names; a schema that is older may lack some. SQLite's own counter is
/// one of them.
pub(crate) const OF_THIS_BUILD: [&str; 24] = [
    "access_control",
    "archives",
    "audit_log",
    "backup_contents",
    "backup_metadata",
    "cache_entries",
    "contacts",
    "conversation_months",
    "conversations",
    "file_transfers",
    "group_bans",
    "group_members",
    "groups",
    "message_content",
    "message_locator",
    "messages_template",
    "pending_removals",
    "performance_metrics",
    "retention_policies",
    "security_events",
    "senders",
    "settings",
    "sqlite_sequence",
    "usage_statistics",
];

/// The tables of a database, and none of its views and virtual tables.
#[derive(Debug)]
pub(crate) struct RealTables(BTreeSet<String>);

impl RealTables {
    /// Reads them, in one statement.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(crate) fn read(db: &mut Connection) -> Result<Self, StoreError> {
        let names: Vec<String> = db.rows(Sql::new(hot::OPEN_TABLES), "look at the tables")?;
        Ok(Self(names.into_iter().collect()))
    }

    /// Refuses a name that stands for something that is no table. One that stands for nothing is for the statement that
    /// misses it to tell.
    ///
    /// # Errors
    /// [`StoreError::DatabaseDamaged`] with the name.
    pub(crate) fn check<'n>(
        &self,
        db: &mut Connection,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<(), StoreError> {
        for name in names {
            if !self.0.contains(name) && is_something(db, name) {
                return Err(StoreError::DatabaseDamaged(format!(
                    "{name} is not the table that it must be: a view or something else stands in its place"
                )));
            }
        }
        Ok(())
    }
}

/// Whether SQLite knows anything of this name. However the schema's rows are spelt: it is asked itself, and runs nothing.
fn is_something(db: &mut Connection, name: &str) -> bool {
    let quoted = name.replace('"', "\"\"");
    let sql = format!("EXPLAIN SELECT 1 FROM main.\"{quoted}\"");
    db.raw().execute_batch(&sql).is_ok()
}
