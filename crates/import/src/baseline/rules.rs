//! Checks the relations between the rows of a source before anything is created.

use privatus_sqlite::Column;
use privatus_store::APPLICATION_ID;

use super::cells::Cells;
use super::database::SourceDatabase;
use super::error::BaselineError;

/// A reference: its table and that table's key, the column, the table it refers to by a key of the same name, and what
/// to call that.
const REFERENCES: [(&str, &str, &str, &str, &str); 7] = [
    ("messages", "message_id", "contact_id", "contacts", "contact"),
    (
        "message_content",
        "message_id",
        "message_id",
        "messages",
        "message",
    ),
    ("group_members", "group_id", "group_id", "groups", "group"),
    ("group_members", "group_id", "contact_id", "contacts", "contact"),
    (
        "file_transfers",
        "transfer_id",
        "contact_id",
        "contacts",
        "contact",
    ),
    ("file_transfers", "transfer_id", "group_id", "groups", "group"),
    (
        "backup_contents",
        "backup_id",
        "backup_id",
        "backup_metadata",
        "backup",
    ),
];

/// Returns whether the database belongs to a vault: it has a vault's application id, its own tables, or a ledger like
/// ours, with checksums of 64 digits.
pub(super) fn is_vault(database: &mut SourceDatabase) -> Result<bool, BaselineError> {
    if database.application_id()? == Some(APPLICATION_ID) {
        return Ok(true);
    }
    let mut found = false;
    let mut has_ledger = false;
    database.each(
        "SELECT lower(name) FROM sqlite_schema WHERE type = 'table'",
        |row| {
            if let Column::Text(name) = row.column(0) {
                found |= name == b"__diesel_schema_migrations" || name == b"vault_state";
                has_ledger |= name == b"schema_migrations";
            }
            Ok(())
        },
    )?;
    if !found && has_ledger {
        // If the table has other columns, the comparison reports them.
        let columns = "SELECT count(*) FROM pragma_table_info('schema_migrations') WHERE name IN ('version', 'checksum')";
        let mut is_whole = false;
        database.each(columns, |row| {
            is_whole = row.column(0) == Column::Integer(2);
            Ok(())
        })?;
        if is_whole {
            let ours =
                "SELECT 1 FROM schema_migrations WHERE version > 9999999999999 AND length(checksum) = 64";
            database.each(ours, |_| {
                found = true;
                Ok(())
            })?;
        }
    }
    Ok(found)
}

/// Refuses dangling references, and groups above their member limit.
pub(super) fn check(database: &mut SourceDatabase) -> Result<(), BaselineError> {
    for (table, key, column, parent, what) in REFERENCES {
        // A transfer may have neither.
        let named = if table == "file_transfers" {
            "AND c.{column} IS NOT NULL"
        } else {
            ""
        };
        let sql = format!(
            "SELECT rowid, {key} FROM {table} AS c WHERE NOT EXISTS (SELECT 1 FROM {parent} AS p \
             WHERE p.{column} = c.{column} COLLATE BINARY) {} ORDER BY rowid LIMIT 1",
            named.replace("{column}", column)
        );
        database.each(&sql, |row| {
            Err(Cells::new(table, row).refused(column, &format!("names a {what} that does not exist")))
        })?;
    }
    let over = "SELECT rowid, group_id FROM groups AS g WHERE typeof(coalesce(max_members, 100)) = 'integer' \
                AND (SELECT count(*) FROM group_members AS m WHERE m.group_id = g.group_id COLLATE BINARY) > coalesce(max_members, 100) \
                ORDER BY rowid LIMIT 1";
    database.each(over, |row| {
        Err(Cells::new("groups", row).refused("max_members", "is less than the group's number of members"))
    })
}
