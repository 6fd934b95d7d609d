//! The tables of partitions and the views over them, as SQL statements.
//!
//! Migration steps also run these, on databases with an older schema, so they use the raw connection.

use std::collections::BTreeSet;

use privatus_domain::Partition;
use privatus_migrate::{MigrateError, rows_view, text_of};
use privatus_sqlite::{Column, Connection};

use super::found::{TABLES, months_of};

/// The template for the message tables.
pub(crate) const TEMPLATE: &str = "messages_template";
/// The view that `messages` and `messages_archive` are built on.
pub(crate) const VIEW: &str = "message_rows";

/// Returns the months that have a table, and whether each is archived.
#[cfg(feature = "testing")]
pub(crate) fn months(db: &mut Connection) -> Result<Vec<(Partition, bool)>, MigrateError> {
    let mut months = Vec::new();
    let sql =
        "SELECT partition, state = 'archived' FROM partitions WHERE state <> 'sealed' ORDER BY partition";
    db.query(sql, &[], |row| {
        // Only a `Partition` becomes a table name.
        let number = i32::try_from(row.integer(0)).ok();
        if let Some(partition) = number.and_then(Partition::from_number) {
            months.push((partition, row.integer(1) == 1));
        }
        Ok::<_, MigrateError>(())
    })?;
    Ok(months)
}

/// Returns the months that have a table, whatever else is wrong with their rows, and whether each is archived.
pub(crate) fn months_standing(db: &mut Connection) -> Result<Vec<(Partition, bool)>, MigrateError> {
    let mut tables = BTreeSet::new();
    db.query(TABLES, &[], |row| {
        if let Column::Blob(name) = row.column(0) {
            tables.extend(str::from_utf8(name).map(str::to_owned));
        }
        Ok::<_, MigrateError>(())
    })?;
    let (mut rows, mut archived) = (Vec::new(), Vec::new());
    let sql = "SELECT partition, table_name, state IS 'archived' FROM partitions ORDER BY partition";
    db.query(sql, &[], |row| {
        let name = match row.column(1) {
            Column::Text(name) => str::from_utf8(name).ok().map(str::to_owned),
            _ => None,
        };
        rows.push((row.integer(0), name));
        archived.push(row.integer(2) == 1);
        Ok::<_, MigrateError>(())
    })?;
    let months = months_of(&rows, &tables).into_iter().zip(archived);
    let mut months: Vec<_> = months
        .filter_map(|(month, archived)| Some((month?, archived)))
        .collect();
    months.sort_unstable_by_key(|(month, _)| *month);
    Ok(months)
}

/// Returns the extra index of `early` and `late`, which orders them by time.
pub(crate) fn extras(table: &str) -> Vec<String> {
    if [Partition::EARLY, Partition::LATE]
        .iter()
        .all(|end| end.table() != table)
    {
        return Vec::new();
    }
    vec![format!(
        "CREATE INDEX idx_{table}_order ON {table} (conversation, timestamp, row_key)"
    )]
}

/// Returns the statements that create a month.
pub(crate) fn partition_sql(db: &mut Connection, partition: Partition) -> Result<Vec<String>, MigrateError> {
    let table = partition.table();
    let mut all = privatus_migrate::month_sql(db, TEMPLATE, &table)?;
    all.extend(extras(&table));
    Ok(all)
}

/// Creates a month's table and indexes; the caller updates the view.
pub(crate) fn make_month(db: &mut Connection, partition: Partition) -> Result<(), MigrateError> {
    for sql in partition_sql(db, partition)? {
        db.execute_batch(&sql)?;
    }
    Ok(())
}

/// Creates in `db` the months of another database, and the view over them.
pub(crate) fn copy_months(db: &mut Connection, months: &[(Partition, bool)]) -> Result<(), MigrateError> {
    for (partition, _) in months {
        make_month(db, *partition)?;
    }
    write_view(db, months)
}

/// Rewrites the view under `messages` and `messages_archive` to cover all months; its columns stay as the migrations
/// set them.
pub(crate) fn refresh_views(db: &mut Connection) -> Result<(), MigrateError> {
    let months = months_standing(db)?;
    write_view(db, &months)
}

fn write_view(db: &mut Connection, months: &[(Partition, bool)]) -> Result<(), MigrateError> {
    let months: Vec<(String, bool)> = months
        .iter()
        .map(|(partition, archived)| (partition.table(), *archived))
        .collect();
    let view = text_of(db, VIEW)?.and_then(|view| rows_view(&view, TEMPLATE, &months));
    let view = view.ok_or_else(|| other_form(VIEW))?;
    Ok(db.execute_batch(&format!("DROP VIEW {VIEW}; {view}"))?)
}

fn other_form(name: &str) -> MigrateError {
    MigrateError::Host(format!("{name} is missing or does not have the expected form"))
}
