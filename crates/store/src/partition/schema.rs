//! The tables of partitions and the views over them, as statements of the schema.
//!
//! Steps of the schema run these too, on a database that may have an older one: so they are on the raw handle.

use std::collections::BTreeSet;

use privatus_domain::Partition;
use privatus_migrate::{MigrateError, rows_view, text_of};
use privatus_sqlite::{Column, Connection};

use super::found::{TABLES, months_of};

/// The physical template of the partitions of messages.
pub(crate) const TEMPLATE: &str = "messages_template";
/// The view behind `messages` and `messages_archive`.
pub(crate) const VIEW: &str = "message_rows";

/// The months whose tables stand, and whether each is in the archive.
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

/// The months whose tables stand, whatever else is wrong with their rows, and whether each is in the archive.
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

/// The two ends of time have an index for their order.
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

/// The statements that make a month.
pub(crate) fn partition_sql(db: &mut Connection, partition: Partition) -> Result<Vec<String>, MigrateError> {
    let table = partition.table();
    let mut all = privatus_migrate::month_sql(db, TEMPLATE, &table)?;
    all.extend(extras(&table));
    Ok(all)
}

/// Makes a month's table and indexes; the view over it is the caller's.
pub(crate) fn make_month(db: &mut Connection, partition: Partition) -> Result<(), MigrateError> {
    for sql in partition_sql(db, partition)? {
        db.execute_batch(&sql)?;
    }
    Ok(())
}

/// Makes in `db` the months that another database has, and the view over them.
pub(crate) fn copy_months(db: &mut Connection, months: &[(Partition, bool)]) -> Result<(), MigrateError> {
    for (partition, _) in months {
        make_month(db, *partition)?;
    }
    write_view(db, months)
}

/// Writes the view under `messages` and `messages_archive` again, over all months; its columns stay those the migrations
/// gave it.
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
    MigrateError::Host(format!("{name} is missing or has another form"))
}
