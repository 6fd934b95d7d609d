//! Foreign keys: without an index on the child, every change of the parent scans the child.

use privatus_sqlite::{Connection, SqliteError, Value};

use super::fault::Fault;
use crate::read;

/// Refuses a foreign key whose columns are not the beginning of an index; returns the number of foreign keys.
pub(super) fn check(db: &mut Connection, excused: &[(&str, &str, &str)]) -> Result<usize, Fault> {
    let mut count = 0;
    let mut bare: Vec<(String, String)> = Vec::new();
    for table in read::tables(db)? {
        let indexes = indexes(db, &table)?;
        for columns in foreign_keys(db, &table)? {
            count += 1;
            let begins = |index: &Vec<String>| {
                let head = index.get(..columns.len()).unwrap_or_default();
                columns.iter().all(|column| head.contains(column))
            };
            if !indexes.iter().any(begins) {
                bare.push((table.clone(), columns.join(", ")));
            }
        }
    }
    let is_excused = |(table, column): &(String, String)| {
        let mut list = excused.iter();
        list.any(|excuse| (excuse.0, excuse.1) == (table.as_str(), column.as_str()))
    };
    if let Some((table, column, _)) = excused
        .iter()
        .find(|excuse| !bare.contains(&(excuse.0.to_owned(), excuse.1.to_owned())))
    {
        return Err(Fault::Schema(format!(
            "{table}.{column} has an exception for having no index, but does not need it"
        )));
    }
    bare.retain(|key| !is_excused(key));
    if bare.is_empty() {
        return Ok(count);
    }
    let names: Vec<String> = bare
        .iter()
        .map(|(table, columns)| format!("{table} ({columns})"))
        .collect();
    Err(Fault::Schema(format!(
        "foreign keys without an index on their columns: {}",
        names.join("; ")
    )))
}

/// The child's columns for each foreign key.
fn foreign_keys(db: &mut Connection, table: &str) -> Result<Vec<Vec<String>>, SqliteError> {
    let sql = "SELECT id, \"from\" FROM pragma_foreign_key_list(?) ORDER BY id, seq";
    let rows = read::rows(db, sql, &[Value::Text(table)], |row| {
        (row.integer(0).to_string(), row.text(1).unwrap_or_default())
    })?;
    Ok(grouped(&rows))
}

/// The columns of each index that is not partial, and of the primary key.
fn indexes(db: &mut Connection, table: &str) -> Result<Vec<Vec<String>>, SqliteError> {
    let sql = "SELECT l.name, i.name FROM pragma_index_list(?) AS l JOIN pragma_index_info(l.name) AS i \
               WHERE l.partial = 0 ORDER BY l.seq, i.seqno";
    let rows = read::rows(db, sql, &[Value::Text(table)], |row| {
        (row.text(0).unwrap_or_default(), row.text(1).unwrap_or_default())
    })?;
    let mut all = grouped(&rows);
    // A rowid needs no index: the table is sorted by it.
    let sql = "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk";
    let key = read::rows(db, sql, &[Value::Text(table)], |row| row.text(0))?;
    all.push(key.into_iter().flatten().collect());
    Ok(all)
}

fn grouped(rows: &[(String, String)]) -> Vec<Vec<String>> {
    rows.chunk_by(|one, next| one.0 == next.0)
        .map(|group| group.iter().map(|(_, column)| column.clone()).collect())
        .collect()
}
