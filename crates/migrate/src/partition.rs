//! Months: what one is made of, the view over all, and those that a step's SQL runs for.

use privatus_sqlite::{Connection, Value};

use crate::error::MigrateError;
use crate::host::{Host, Partitions};
use crate::read;
use crate::tokens::renamed;

/// The statements that make a month: its table, without the comments and spaces that are for a person, since every open
/// parses it; and each index of the template whose name contains the template's.
///
/// # Errors
/// SQLite's; no template.
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

/// The text of a month's table, out of the template's.
#[must_use]
pub fn month_text(text: &str, template: &str, table: &str) -> String {
    renamed(text, &[(template, table)])
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
