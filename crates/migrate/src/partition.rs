//! Months: their definition, the view over all of them, and the months that a step's SQL runs for.

use privatus_sqlite::{Connection, Value};

use crate::error::MigrateError;
use crate::host::{Host, Partitions};
use crate::read;
use crate::tokens::renamed;

/// The statements that create a month: its table, without comments and extra spaces, since every open parses it; and
/// each index of the template whose name contains the template's name.
///
/// # Errors
/// SQLite's errors; a missing template.
pub fn month_sql(db: &mut Connection, template: &str, table: &str) -> Result<Vec<String>, MigrateError> {
    let missing = || MigrateError::Host(format!("{template} is missing"));
    let text = read::text_of(db, template)?.ok_or_else(missing)?;
    let mut all = vec![month_text(&text, template, table)];
    let sql = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL \
               AND tbl_name = ? COLLATE NOCASE ORDER BY name";
    let indexes = read::rows(db, sql, &[Value::Text(template)], |row| {
        Some((row.text(0)?, row.text(1)?))
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

/// The SQL of a month's table, derived from the template's.
#[must_use]
pub fn month_text(text: &str, template: &str, table: &str) -> String {
    renamed(text, &[(template, table)])
}

/// The SQL of a view over months: the existing view's, with the tables replacing what is between `FROM (` and `) AS
/// m`. The template comes first: it has no rows, but it names the columns even if there are no months. `None` if the
/// view has another form. The input may have Windows line ends; the output does not.
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

/// The month tables that a step's SQL for months runs for.
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
        // No build seals months yet. The first one that does must add the code that rewrites their files.
        Some(month) => Err(broken(format!(
            "month {month} is sealed, and this build cannot rewrite it"
        ))),
    }
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
