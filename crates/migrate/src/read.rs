//! Small queries about a database's schema.

use privatus_sqlite::{Column, Connection, Row, SqliteError, Value};

/// All rows of a statement.
pub(crate) fn rows<T>(
    db: &mut Connection,
    sql: &str,
    binds: &[Value<'_>],
    read: impl Fn(&Row<'_>) -> T,
) -> Result<Vec<T>, SqliteError> {
    let mut all = Vec::new();
    db.query(sql, binds, |row| {
        all.push(read(row));
        Ok::<_, SqliteError>(())
    })?;
    Ok(all)
}

/// The first value of a statement that returns one number; `None` for another type of value, or no row.
pub(crate) fn number(db: &mut Connection, sql: &str) -> Result<Option<i64>, SqliteError> {
    let all = rows(db, sql, &[], |row| match row.column(0) {
        Column::Integer(number) => Some(number),
        _ => None,
    })?;
    Ok(all.first().copied().flatten())
}

/// Returns whether a table with this name exists.
pub(crate) fn has_table(db: &mut Connection, name: &str) -> Result<bool, SqliteError> {
    let sql =
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' COLLATE NOCASE AND name = ? COLLATE NOCASE";
    let found = rows(db, sql, &[Value::Text(name)], |row| row.integer(0))?;
    Ok(found.first().is_some_and(|count| *count > 0))
}

/// The SQL that a table or view was created with, as SQLite stores it.
///
/// # Errors
/// SQLite's errors.
pub fn text_of(db: &mut Connection, name: &str) -> Result<Option<String>, SqliteError> {
    let sql = "SELECT sql FROM sqlite_master WHERE type IN ('table', 'view') AND name = ? COLLATE NOCASE";
    let found = rows(db, sql, &[Value::Text(name)], |row| row.text(0))?;
    Ok(found.into_iter().flatten().next())
}

/// The names of all tables except SQLite's own and the two ledgers.
pub(crate) fn tables(db: &mut Connection) -> Result<Vec<String>, SqliteError> {
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
               AND name NOT IN ('schema_migrations', '__diesel_schema_migrations') ORDER BY name";
    let found = rows(db, sql, &[], |row| row.text(0))?;
    Ok(found.into_iter().flatten().collect())
}

/// Quotes a name for SQL.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
