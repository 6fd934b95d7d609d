//! Months around a step: every month's table has the template's definition and indexes, whenever it was created.

use std::collections::{BTreeMap, BTreeSet};

use privatus_sqlite::{Connection, SqliteError, Value};

use crate::error::MigrateError;
use crate::host::{Host, Partitions};
use crate::partition::month_sql;
use crate::read::{self, quoted};
use crate::tokens::normalised;

/// Gives each month the indexes that a new month would have, and refuses a month whose table differs from what the
/// template would create, which means that the step forgot existing months. The template is tested even if there are
/// no months. Triggers in `stood` existed before and stay.
pub(crate) fn settle(
    db: &mut Connection,
    host: &mut dyn Host,
    step: &str,
    stood: &BTreeSet<String>,
) -> Result<(), MigrateError> {
    let Partitions { template, tables, .. } = host.partitions(db)?;
    if template.is_empty() {
        return Ok(());
    }
    try_template(db, &template, step)?;
    for table in &tables {
        let mut found = objects(db, table)?;
        for sql in expected(db, host, &template, table)? {
            if found.remove(&normalised(&sql)).is_some() {
                continue;
            }
            if !normalised(&sql).starts_with("create table") {
                db.execute_batch(&sql)?;
                continue;
            }
            return Err(MigrateError::Broken {
                step: step.into(),
                what: format!(
                    "{table} differs from a new month of {template}: the step needs SQL for existing months"
                ),
            });
        }
        for (kind, name) in found.into_values() {
            if stood.contains(&name) {
                continue;
            }
            if kind != "index" {
                return Err(MigrateError::Broken {
                    step: step.into(),
                    what: format!("it leaves the {kind} {name} on {table}, which a new month would not have"),
                });
            }
            drop_index(db, &name)?;
        }
    }
    Ok(())
}

/// The existing triggers.
pub(crate) fn triggers(db: &mut Connection) -> Result<BTreeSet<String>, SqliteError> {
    let sql = "SELECT name FROM sqlite_master WHERE type NOT IN ('table', 'index', 'view')";
    let names = read::rows(db, sql, &[], |row| row.text(0))?;
    Ok(names.into_iter().flatten().collect())
}

/// Drops indexes of months that a new month would not have: a column used by an index cannot be dropped.
pub(crate) fn drop_stray_indexes(db: &mut Connection, host: &mut dyn Host) -> Result<(), MigrateError> {
    let Partitions { template, tables, .. } = host.partitions(db)?;
    for table in &tables {
        let mut found = objects(db, table)?;
        for sql in expected(db, host, &template, table)? {
            found.remove(&normalised(&sql));
        }
        for (_, name) in found.into_values().filter(|(kind, _)| kind == "index") {
            drop_index(db, &name)?;
        }
    }
    Ok(())
}

/// The statements that would create a month now.
fn expected(
    db: &mut Connection,
    host: &mut dyn Host,
    template: &str,
    table: &str,
) -> Result<Vec<String>, MigrateError> {
    let mut all = month_sql(db, template, table)?;
    all.extend(host.month_extras(table));
    Ok(all)
}

fn drop_index(db: &mut Connection, name: &str) -> Result<(), SqliteError> {
    db.execute_batch(&format!("DROP INDEX {}", quoted(name)))
}

/// Checks that a month can be created from the template.
fn try_template(db: &mut Connection, template: &str, step: &str) -> Result<(), MigrateError> {
    let trial = format!("{template}_trial");
    let made = month_sql(db, template, &trial)?
        .iter()
        .try_for_each(|sql| db.execute_batch(sql))
        .and_then(|()| db.execute_batch(&format!("DROP TABLE {}", quoted(&trial))));
    made.map_err(|error| MigrateError::Statement {
        step: step.into(),
        statement: format!("a month created from {template}"),
        error,
    })
}

/// What belongs to a table, by normalized SQL: kind and name.
fn objects(db: &mut Connection, table: &str) -> Result<BTreeMap<String, (String, String)>, SqliteError> {
    let sql =
        "SELECT sql, type, name FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name = ? COLLATE NOCASE";
    let rows = read::rows(db, sql, &[Value::Text(table)], |row| {
        let text = normalised(&row.text(0)?);
        Some((text, (row.text(1)?, row.text(2)?)))
    })?;
    Ok(rows.into_iter().flatten().collect())
}
