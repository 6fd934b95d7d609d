//! The schema of a database in a form that can be compared.

use std::collections::{BTreeMap, BTreeSet};

use privatus_sqlite::{Connection, Row, SqliteError, Value};

use super::tokens::{checks, has_word, normal};

/// A database's schema objects, by lower-case name.
#[derive(Debug, Default)]
pub(super) struct Schema {
    pub(super) tables: BTreeMap<String, Table>,
    pub(super) indexes: BTreeSet<String>,
    /// Views and triggers, each name preceded by that word.
    pub(super) others: BTreeSet<String>,
    pub(super) encoding: String,
}

/// One table.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Each column's type, NOT NULL, position in the primary key, and default.
    pub(super) columns: BTreeMap<String, String>,
    /// Properties of the table: foreign keys, CHECKs, unique constraints, storage options.
    pub(super) facts: BTreeSet<String>,
}

impl Schema {
    /// Reads the schema of the main database.
    pub(super) fn read(connection: &mut Connection) -> Result<Self, SqliteError> {
        let mut schema = Self {
            encoding: connection.pragma_text("encoding")?.unwrap_or_default(),
            ..Self::default()
        };
        let mut named = Vec::new();
        let sql = "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
        each(connection, sql, "", |row| {
            named.push((
                row.text(0).unwrap_or_default(),
                row.text(1).unwrap_or_default(),
                row.text(2).unwrap_or_default(),
            ))
        })?;
        for (kind, name, sql) in named {
            match kind.as_str() {
                // Not inspected: its columns come from its module, which would be executed.
                "table" if normal(&sql).starts_with("create virtual ") => {
                    schema.others.insert(format!("virtual table {name}"));
                }
                "table" => {
                    let table = Table::read(connection, &name, &sql)?;
                    schema.tables.insert(name.to_lowercase(), table);
                }
                "index" => {
                    schema.indexes.insert(name.to_lowercase());
                }
                _ => {
                    schema.others.insert(format!("{kind} {name}"));
                }
            }
        }
        Ok(schema)
    }
}

impl Table {
    fn read(connection: &mut Connection, name: &str, sql: &str) -> Result<Self, SqliteError> {
        let mut table = Self::default();
        let columns = "SELECT name, type, \"notnull\", pk, dflt_value, hidden FROM pragma_table_xinfo(?)";
        each(connection, columns, name, |row| {
            let mut words = vec![normal(&row.text(1).unwrap_or_default()).to_uppercase()];
            if row.integer(2) != 0 {
                words.push("NOT NULL".into());
            }
            if row.integer(3) != 0 {
                words.push(format!("PRIMARY KEY ({})", row.integer(3)));
            }
            if let Some(default) = row.text(4) {
                words.push(format!("DEFAULT {}", normal(&default)));
            }
            if row.integer(5) != 0 {
                words.push("GENERATED".into());
            }
            words.retain(|word| !word.is_empty());
            let form = if words.is_empty() {
                "of no type".into()
            } else {
                words.join(" ")
            };
            table
                .columns
                .insert(row.text(0).unwrap_or_default().to_lowercase(), form);
        })?;
        for (fact, sql) in [
            (
                "FOREIGN KEY",
                "SELECT '(' || group_concat(lower(\"from\"), ', ' ORDER BY seq) || ') REFERENCES ' || lower(\"table\") \
                 || ' (' || coalesce(group_concat(lower(\"to\"), ', ' ORDER BY seq), '') || ') ON DELETE ' || on_delete \
                 || ' ON UPDATE ' || on_update FROM pragma_foreign_key_list(?) GROUP BY id",
            ),
            (
                "UNIQUE",
                "SELECT '(' || (SELECT group_concat(lower(i.name), ', ' ORDER BY i.seqno) \
                 FROM pragma_index_info(l.name) i) || ')' FROM pragma_index_list(?) l WHERE l.origin = 'u'",
            ),
        ] {
            each(connection, sql, name, |row| {
                table
                    .facts
                    .insert(format!("{fact} {}", row.text(0).unwrap_or_default()));
            })?;
        }
        table
            .facts
            .extend(checks(sql).into_iter().map(|check| format!("CHECK ({check})")));
        for (word, fact) in [
            ("autoincrement", "AUTOINCREMENT"),
            ("without", "WITHOUT ROWID"),
            ("strict", "STRICT"),
            // No pragma reports a column's collation; ids with another collation compare differently.
            ("collate", "COLLATE"),
        ] {
            if has_word(sql, word) {
                table.facts.insert(fact.into());
            }
        }
        Ok(table)
    }
}

/// Runs a statement with one bind; without any if the name is empty.
fn each(
    connection: &mut Connection,
    sql: &str,
    name: &str,
    mut take: impl FnMut(&Row<'_>),
) -> Result<(), SqliteError> {
    let binds = [Value::Text(name)];
    let binds = if name.is_empty() { &[] } else { binds.as_slice() };
    connection.query(sql, binds, |row| {
        take(row);
        Ok(())
    })
}
