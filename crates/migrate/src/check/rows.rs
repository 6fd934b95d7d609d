//! Every row of every table as bytes, so that two databases can be compared.

use std::collections::BTreeMap;

use privatus_sqlite::{Column, Connection, SqliteError, Value};

use crate::read::{self, quoted};

/// The rows of each table that has any, in an order that is their own; the ledgers are left out.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rows(BTreeMap<String, Vec<Vec<u8>>>);

impl Rows {
    pub(super) fn read(db: &mut Connection) -> Result<Self, SqliteError> {
        let mut tables = read::tables(db)?;
        // Numbers that AUTOINCREMENT gave away are given once.
        tables.extend(read::has_table(db, "sqlite_sequence")?.then(|| "sqlite_sequence".to_owned()));
        let mut all = BTreeMap::new();
        for table in tables {
            let mut rows = of_table(db, &table)?;
            rows.sort_unstable();
            if !rows.is_empty() {
                all.insert(table, rows);
            }
        }
        Ok(Self(all))
    }

    /// What `other` has else, a line a table.
    pub(super) fn differences(&self, other: &Self) -> Vec<String> {
        let none = Vec::new();
        let mut tables: Vec<&String> = self.0.keys().chain(other.0.keys()).collect();
        tables.sort_unstable();
        tables.dedup();
        let rows = |of: &Self, table: &String| of.0.get(table).unwrap_or(&none).clone();
        tables
            .into_iter()
            .filter_map(|table| {
                let (expected, found) = (rows(self, table), rows(other, table));
                let changed = expected
                    .iter()
                    .filter(|row| found.binary_search(row).is_err())
                    .count();
                match (expected.len(), found.len()) {
                    (before, after) if before != after => {
                        Some(format!("{table} has {after} rows, {before} are expected"))
                    }
                    _ if expected == found => None,
                    (before, _) => Some(format!("{changed} of the {before} rows of {table} differ")),
                }
            })
            .collect()
    }
}

/// The columns of a table as SQL, those included that are computed.
pub(super) fn columns(db: &mut Connection, table: &str) -> Result<Vec<String>, SqliteError> {
    let sql = "SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid";
    let names = read::rows(db, sql, &[Value::Text(table)], |row| read::text(row, 0))?;
    Ok(names.into_iter().flatten().collect())
}

fn of_table(db: &mut Connection, table: &str) -> Result<Vec<Vec<u8>>, SqliteError> {
    let names = columns(db, table)?;
    let list: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    let sql = format!("SELECT {} FROM {}", list.join(", "), quoted(table));
    read::rows(db, &sql, &[], |row| {
        let mut bytes = Vec::new();
        for (at, _) in (0..).zip(&names) {
            encode(row.column(at), &mut bytes);
        }
        bytes
    })
}

/// The type, the length, the bytes: two rows that differ in anything differ here.
fn encode(value: Column<'_>, out: &mut Vec<u8>) {
    let mut put = |kind: u8, bytes: &[u8]| {
        out.push(kind);
        out.extend_from_slice(&bytes.len().to_le_bytes());
        out.extend_from_slice(bytes);
    };
    match value {
        Column::Null => put(0, &[]),
        Column::Integer(number) => put(1, &number.to_le_bytes()),
        Column::Real(number) => put(2, &number.to_bits().to_le_bytes()),
        Column::Text(bytes) => put(3, bytes),
        Column::Blob(bytes) => put(4, bytes),
    }
}
