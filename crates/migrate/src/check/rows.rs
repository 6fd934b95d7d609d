//! Every row of every table as bytes, for comparing two databases.

use std::collections::BTreeMap;

use privatus_sqlite::{Column, Connection, SqliteError, Value};

use crate::read::{self, quoted};

/// A row: each value as bytes, in column order.
pub(super) type Row = Vec<Vec<u8>>;

/// A table: its columns, including computed ones, and its rows, sorted by content.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// Reads all tables except the ledgers, and the last AUTOINCREMENT number of each.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rows {
    pub(super) tables: BTreeMap<String, Table>,
    pub(super) sequences: BTreeMap<String, i64>,
}

impl Rows {
    pub(super) fn read(db: &mut Connection) -> Result<Self, SqliteError> {
        let mut tables = BTreeMap::new();
        for name in read::tables(db)? {
            let table = of_table(db, &name)?;
            tables.insert(name, table);
        }
        Ok(Self {
            tables,
            sequences: sequences(db)?,
        })
    }

    /// The differences of `other`, one line per table. A table without rows equals a missing one: the schemas differ
    /// then.
    pub(super) fn differences(&self, other: &Self) -> Vec<String> {
        let mut names: Vec<&String> = self.tables.keys().chain(other.tables.keys()).collect();
        names.sort_unstable();
        names.dedup();
        let rows = |of: &Self, table: &String| of.tables.get(table).map_or(0, |table| table.rows.len());
        let mut lines: Vec<String> = names
            .into_iter()
            .filter_map(|name| {
                let (before, after) = (rows(self, name), rows(other, name));
                if before != after {
                    return Some(format!("{name} has {after} rows, but {before} are expected"));
                }
                let (expected, found) = self.tables.get(name).zip(other.tables.get(name))?;
                let changed = minus(&expected.rows, &found.rows);
                (changed > 0).then(|| format!("{changed} of the {before} rows of {name} differ"))
            })
            .collect();
        if self.sequences != other.sequences {
            lines.push(format!(
                "sqlite_sequence has {:?}, but {:?} is expected",
                other.sequences, self.sequences
            ));
        }
        lines
    }
}

/// How many of some rows are missing in others, duplicates counted. Both must be sorted.
pub(super) fn minus<T: Ord>(these: &[T], those: &[T]) -> usize {
    let mut those = those.iter().peekable();
    let is_missing = |row: &&T| {
        while those.next_if(|other| other < row).is_some() {}
        those.next_if_eq(row).is_none()
    };
    these.iter().filter(is_missing).count()
}

/// The columns of a table as SQL, including computed ones.
pub(super) fn columns(db: &mut Connection, table: &str) -> Result<Vec<String>, SqliteError> {
    let sql = "SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid";
    let names = read::rows(db, sql, &[Value::Text(table)], |row| row.text(0))?;
    Ok(names.into_iter().flatten().collect())
}

/// Numbers that are assigned once: the last one of each AUTOINCREMENT table.
pub(super) fn sequences(db: &mut Connection) -> Result<BTreeMap<String, i64>, SqliteError> {
    if !read::has_table(db, "sqlite_sequence")? {
        return Ok(BTreeMap::new());
    }
    let rows = read::rows(db, "SELECT name, seq FROM sqlite_sequence", &[], |row| {
        Some((row.text(0)?, row.integer(1)))
    })?;
    Ok(rows.into_iter().flatten().collect())
}

fn of_table(db: &mut Connection, table: &str) -> Result<Table, SqliteError> {
    let columns = columns(db, table)?;
    let list: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
    let sql = format!("SELECT {} FROM {}", list.join(", "), quoted(table));
    let mut rows = read::rows(db, &sql, &[], |row| -> Row {
        (0..)
            .zip(&columns)
            .map(|(at, _)| encode(row.column(at)))
            .collect()
    })?;
    rows.sort_unstable();
    Ok(Table { columns, rows })
}

/// The type and the bytes, so that any difference between two values shows.
fn encode(value: Column<'_>) -> Vec<u8> {
    let put = |kind: u8, bytes: &[u8]| [&[kind], bytes].concat();
    match value {
        Column::Null => put(0, &[]),
        Column::Integer(number) => put(1, &number.to_le_bytes()),
        Column::Real(number) => put(2, &number.to_bits().to_le_bytes()),
        Column::Text(bytes) => put(3, bytes),
        Column::Blob(bytes) => put(4, bytes),
    }
}
