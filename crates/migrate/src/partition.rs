//! Months: every month's table has the template's text and its indexes, whenever it was made.

use std::collections::BTreeMap;

use privatus_sqlite::{Connection, SqliteError, Value};

use crate::error::MigrateError;
use crate::host::{Host, Partitions};
use crate::read::{self, quoted};
use crate::tokens::{normalised, renamed};

/// The statements that make a month: its table, without the comments and spaces that are for a person, since every open
/// parses it; and each index of the template whose name contains the template's.
///
/// # Errors
/// SQLite's; no template.
pub fn month_sql(db: &mut Connection, template: &str, table: &str) -> Result<Vec<String>, MigrateError> {
    let missing = || MigrateError::Host(format!("{template} is missing"));
    let text = read::text_of(db, template)?.ok_or_else(missing)?;
    let mut all = vec![renamed(&text, &[(template, table)])];
    let sql = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = ? ORDER BY name";
    let indexes = read::rows(db, sql, &[Value::Text(template)], |row| {
        Some((read::text(row, 0)?, read::text(row, 1)?))
    })?;
    for (name, text) in indexes
        .into_iter()
        .flatten()
        .filter(|(name, _)| name.contains(template))
    {
        let own = name.replace(template, table);
        all.push(renamed(&text, &[(&name, &own), (template, table)]));
    }
    Ok(all)
}

/// The text of a view over months: that of the view as it stands, with the tables in place of what is between its
/// `FROM (` and `) AS m`. The template comes first: it has no rows, and names the columns also where no month stands.
/// `None` when the view has another form. Lines may end as Windows ends them; those of the text do not.
#[must_use]
pub fn rows_view(view_sql: &str, template: &str, months: &[(String, bool)]) -> Option<String> {
    let mut source = format!("SELECT 0 AS archived, * FROM {template}");
    for (table, archived) in months {
        source += &format!(" UNION ALL SELECT {}, * FROM {table}", i32::from(*archived));
    }
    let view_sql = view_sql.replace("\r\n", "\n");
    let (head, rest) = view_sql.split_once("\nFROM (")?;
    let (_, tail) = rest.split_once(") AS m\n")?;
    Some(format!("{head}\nFROM ({source}) AS m\n{tail}"))
}

/// The months' tables that a step's SQL for them is to be run for.
pub(crate) fn tables_for(
    db: &mut Connection,
    host: &mut dyn Host,
    sql: &str,
    step: &str,
) -> Result<Vec<String>, MigrateError> {
    let broken = |what: String| MigrateError::Broken {
        step: step.into(),
        what,
    };
    if !sql.contains("{table}") {
        return Err(broken("its SQL for the months does not name {table}".into()));
    }
    let Partitions { tables, sealed, .. } = host.partitions(db)?;
    match sealed {
        None => Ok(tables),
        // No build seals months yet. One that does brings the code that writes their files again.
        Some(month) => Err(broken(format!(
            "month {month} is sealed, and this build cannot write it again"
        ))),
    }
}

/// Gives each month the indexes that it would have if it were made now, and refuses one whose table is not what the
/// template would make: a step that forgot the old months. The template is tried where no month stands, too.
pub(crate) fn settle(db: &mut Connection, host: &mut dyn Host, step: &str) -> Result<(), MigrateError> {
    let Partitions { template, tables, .. } = host.partitions(db)?;
    if template.is_empty() {
        return Ok(());
    }
    try_template(db, &template, step)?;
    for table in &tables {
        let mut expected = month_sql(db, &template, table)?;
        expected.extend(host.month_extras(table));
        let mut found = objects(db, table)?;
        for sql in expected {
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
                    "{table} is not what {template} makes after it: the step needs SQL for the months"
                ),
            });
        }
        for (kind, name) in found.into_values() {
            if kind != "index" {
                return Err(MigrateError::Broken {
                    step: step.into(),
                    what: format!("it leaves the {kind} {name} on {table}, which a new month would not have"),
                });
            }
            db.execute_batch(&format!("DROP INDEX {}", quoted(&name)))?;
        }
    }
    Ok(())
}

/// Whether a month can be made of the template.
fn try_template(db: &mut Connection, template: &str, step: &str) -> Result<(), MigrateError> {
    let trial = format!("{template}_trial");
    let made = month_sql(db, template, &trial)?
        .iter()
        .try_for_each(|sql| db.execute_batch(sql))
        .and_then(|()| db.execute_batch(&format!("DROP TABLE {}", quoted(&trial))));
    made.map_err(|error| MigrateError::Statement {
        step: step.into(),
        statement: format!("a month made of {template}"),
        error,
    })
}

/// What belongs to a table, by its normalised text: kind and name.
fn objects(db: &mut Connection, table: &str) -> Result<BTreeMap<String, (String, String)>, SqliteError> {
    let sql = "SELECT sql, type, name FROM sqlite_schema WHERE sql IS NOT NULL AND tbl_name = ?";
    let rows = read::rows(db, sql, &[Value::Text(table)], |row| {
        let text = normalised(&read::text(row, 0)?);
        Some((text, (read::text(row, 1)?, read::text(row, 2)?)))
    })?;
    Ok(rows.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::rows_view;

    #[test]
    fn a_view_keeps_all_but_its_source() {
        let view = "CREATE VIEW v AS\nSELECT a\nFROM (SELECT 0 AS archived, * FROM t) AS m\nWHERE 1";
        let months = [("t_1".to_owned(), true), ("t_2".to_owned(), false)];
        let text = rows_view(view, "t", &months);
        let made = "CREATE VIEW v AS\nSELECT a\nFROM (SELECT 0 AS archived, * FROM t UNION ALL SELECT 1, * FROM t_1 \
                    UNION ALL SELECT 0, * FROM t_2) AS m\nWHERE 1";
        assert_eq!(text.as_deref(), Some(made));
        assert_eq!(rows_view(made, "t", &[]).as_deref(), Some(view));
        let windows = view.replace('\n', "\r\n");
        assert_eq!(rows_view(&windows, "t", &months).as_deref(), Some(made));
        assert_eq!(rows_view("CREATE VIEW v AS SELECT 1", "t", &[]), None);
    }
}
