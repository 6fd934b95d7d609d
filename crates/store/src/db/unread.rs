//! Finds the row with a value that its readers do not accept, after a reader met one.

use privatus_domain::{Id, Timestamp};
use privatus_sqlite::Row;

use crate::db::cell::Cell;
use crate::db::connection::Connection;
use crate::db::decode::FromColumn;
use crate::db::real_tables::of_this_build;
use crate::db::statement::Sql;
use crate::error::StoreError;

/// How many rows are named.
const NAMED: usize = 3;
/// The types that this build's columns declare; it is not known which values any other type accepts.
const KINDS: [&str; 8] = [
    "TIMESTAMP",
    "DATE",
    "TEXT",
    "BLOB",
    "BOOLEAN",
    "INTEGER",
    "BIGINT",
    "DOUBLE",
];
/// How many characters of an id are shown.
const ID_SHOWN: usize = 100;

/// Returns the SQL expression that names a table's row, other than its number, if there is one.
fn own_name(table: &str) -> Option<&'static str> {
    Some(match table {
        "contacts" => "contact_id",
        "groups" => "group_id",
        "group_members" => "group_id || ' ' || contact_id",
        "conversations" => "conversation_id",
        "file_transfers" => "transfer_id",
        "settings" => "key",
        "access_control" => "resource_type || ':' || resource_id || ' of ' || user_id",
        "usage_statistics" => "metric",
        "partitions" => "table_name",
        "backup_metadata" => "backup_id",
        _ if table.starts_with("messages_") => "message_id",
        _ => return None,
    })
}

/// Returns the SQL expression that identifies a row: the rowid, or the key in a table without one.
fn key_name(table: &str) -> &'static str {
    match table {
        "group_bans" => "quote(group_id) || ' ' || quote(contact_id)",
        "conversation_months" => "quote(conversation) || ' ' || quote(partition)",
        _ => "rowid",
    }
}

/// Whether a statement names a table.
fn names(statement: &str, table: &str) -> bool {
    let is_of_name = |character: char| character.is_alphanumeric() || character == '_';
    statement
        .split(|character| !is_of_name(character))
        .any(|word| word == table)
}

/// A column to check: what it declares, and how to query it.
struct Wanted {
    column: String,
    declared: String,
    /// The SQL condition under which a row is looked at.
    is_strange: String,
    value: String,
    /// Whether each row must have one.
    is_needed: bool,
}

impl Wanted {
    fn new(table: &str, (column, declared, is_needed): (String, String, bool)) -> Self {
        let is_message = table.starts_with("messages_");
        let is_id = is_message && matches!(column.as_str(), "message_id" | "reply_to");
        let is_time = is_message
            && matches!(
                column.as_str(),
                "timestamp" | "edited_at" | "deleted_at" | "created_at"
            );
        let (first, last) = (Timestamp::MIN.unix_ms(), Timestamp::MAX.unix_ms());
        let is_strange = match declared.as_str() {
            _ if is_id => format!(
                "NOT (typeof({column}) IN ('null', 'text') OR typeof({column}) = 'blob' AND length({column}) = 16)"
            ),
            _ if is_time => format!(
                "typeof({column}) NOT IN ('integer', 'null') OR {column} NOT BETWEEN {first} AND {last}"
            ),
            "BLOB" => format!("typeof({column}) NOT IN ('blob', 'null')"),
            "INTEGER" | "BIGINT" => format!("typeof({column}) NOT IN ('integer', 'null')"),
            "BOOLEAN" => format!("typeof({column}) NOT IN ('integer', 'null') OR {column} NOT IN (0, 1)"),
            _ => format!("{column} IS NOT NULL"),
        };
        let is_strange = match is_needed {
            // SQLite treats `IS NULL` as false for a NOT NULL column.
            true => format!("{is_strange} OR typeof({column}) = 'null'"),
            false => is_strange,
        };
        // The content of a BLOB does not matter here.
        let value = match declared.as_str() {
            _ if is_id => column.clone(),
            "BLOB" => format!("iif(typeof({column}) = 'blob', x'', {column})"),
            _ => column.clone(),
        };
        Self {
            column,
            declared,
            is_strange,
            value,
            is_needed,
        }
    }

    /// Whether the readers accept the value in the row.
    fn is_read(&self, table: &str, row: &Row<'_>, index: i32) -> bool {
        let cell = Cell::of(row.column(index));
        if matches!(cell, Cell::Null) {
            return !self.is_needed;
        }
        if !table.starts_with("messages_") {
            return cell.is_read((table, &self.column), &self.declared);
        }
        match (self.column.as_str(), &cell) {
            ("message_id" | "reply_to", _) => Option::<Id>::from_column(row.column(index)).is_ok(),
            ("timestamp" | "edited_at" | "deleted_at" | "created_at", Cell::Integer(at)) => {
                Timestamp::from_unix_ms(*at).is_ok()
            }
            _ => cell.is_read((table, &self.column), &self.declared),
        }
    }
}

/// Returns how to name a row: by its number, and by its own name if it has a readable one.
fn row_name(table: &str, row: &Row<'_>) -> String {
    let text = |index: i32| match Cell::of(row.column(index)) {
        Cell::Text(text) => Some(text.chars().take(ID_SHOWN).collect::<String>()),
        Cell::Integer(number) => Some(number.to_string()),
        Cell::Blob => Id::from_column(row.column(index)).ok().map(|id| id.to_string()),
        Cell::Real(_) | Cell::Bytes | Cell::Null => None,
    };
    let number = text(0).unwrap_or_else(|| "without a number".into());
    match text(1).filter(|_| own_name(table).is_some()) {
        Some(own) => format!("row {number} ({own})"),
        None => format!("row {number}"),
    }
}

impl Connection {
    /// Returns the first rows with a value that is not accepted: in the tables that the statement names, or in those
    /// with the column.
    pub(crate) fn unread_places(
        &mut self,
        statement: Option<&str>,
        column: Option<&str>,
    ) -> Result<Vec<String>, StoreError> {
        let mut places = Vec::new();
        for table in self.unread_tables(statement)? {
            if places.len() < NAMED {
                self.unread_of(&table, column, (&mut places, NAMED))?;
            }
        }
        Ok(places)
    }

    /// Returns the tables to search. Months are searched only if a statement names them: they are large, and all
    /// statements on them are known.
    fn unread_tables(&mut self, statement: Option<&str>) -> Result<Vec<String>, StoreError> {
        let mut tables: Vec<String> = Vec::new();
        let sql = Sql::new("SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY name");
        self.each_as_it_is(sql, "look at the tables", |row| tables.extend(row.text(0)))?;
        tables.retain(|table| match statement {
            Some(statement) => names(statement, table),
            // diesel's ledger of migrations is read as text.
            None => of_this_build().any(|known| {
                known == table && !known.starts_with("sqlite_") && !known.starts_with("__diesel")
            }),
        });
        Ok(tables)
    }

    /// Adds the rows of one table with a value that is not accepted, up to a limit.
    pub(crate) fn unread_of(
        &mut self,
        table: &str,
        column: Option<&str>,
        places: (&mut Vec<String>, usize),
    ) -> Result<(), StoreError> {
        let columns = self.columns_wanted(table, column)?;
        self.look_at(table, columns, places)
    }

    /// Adds the rows of a table that lack a required value, up to a limit.
    pub(crate) fn missing_of(
        &mut self,
        table: &str,
        places: (&mut Vec<String>, usize),
    ) -> Result<(), StoreError> {
        let mut columns = self.columns_wanted(table, None)?;
        columns.retain(|column| column.is_needed);
        for wanted in &mut columns {
            let column = &wanted.column;
            wanted.is_strange = format!("typeof({column}) = 'null'");
            wanted.value = format!("iif(typeof({column}) = 'null', NULL, x'')");
            "BLOB".clone_into(&mut wanted.declared);
        }
        self.look_at(table, columns, places)
    }

    fn columns_wanted(&mut self, table: &str, column: Option<&str>) -> Result<Vec<Wanted>, StoreError> {
        let columns = self.columns_of(table)?;
        let columns = columns.into_iter().filter(|(name, declared, _)| {
            KINDS.contains(&declared.as_str()) && column.is_none_or(|wanted| wanted == name)
        });
        Ok(columns.map(|described| Wanted::new(table, described)).collect())
    }

    fn look_at(
        &mut self,
        table: &str,
        columns: Vec<Wanted>,
        (places, most): (&mut Vec<String>, usize),
    ) -> Result<(), StoreError> {
        if columns.is_empty() {
            return Ok(());
        }
        let wanted: Vec<&str> = columns.iter().map(|column| column.value.as_str()).collect();
        let strange: Vec<&str> = columns.iter().map(|column| column.is_strange.as_str()).collect();
        let sql = Sql::new(format!(
            "SELECT {}, {}, {} FROM main.{table} WHERE {}",
            key_name(table),
            own_name(table).unwrap_or("NULL"),
            wanted.join(", "),
            strange.join(" OR ")
        ));
        self.each_as_it_is(sql, "look for the row that is not read", |row| {
            for (index, column) in (2..).zip(&columns) {
                if places.len() < most && !column.is_read(table, row, index) {
                    places.push(format!("{table}.{} of {}", column.column, row_name(table, row)));
                }
            }
        })
    }

    /// Returns a table's columns with their declared types.
    pub(crate) fn columns_declared(&mut self, table: &str) -> Result<Vec<(String, String)>, StoreError> {
        let columns = self.columns_of(table)?;
        Ok(columns
            .into_iter()
            .map(|(column, declared, _)| (column, declared))
            .collect())
    }

    /// Returns a table's columns with their declared types and whether each row must have a value.
    fn columns_of(&mut self, table: &str) -> Result<Vec<(String, String, bool)>, StoreError> {
        // Not as a table-valued function, because a table in the database may have that name.
        let sql = Sql::new(format!("PRAGMA main.table_info({table})"));
        type Described = (i64, String, String, bool);
        let columns: Vec<Described> = self.rows(sql, "read a table's columns")?;
        Ok(columns
            .into_iter()
            .map(|(_, column, declared, is_needed)| (column, declared, is_needed))
            .collect())
    }
}
