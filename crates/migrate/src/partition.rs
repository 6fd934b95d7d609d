//! Months: every month's table has the template's text, whenever it was made.

use privatus_sqlite::Connection;

use crate::error::MigrateError;
use crate::event::Event;
use crate::host::{Host, Partitions};
use crate::read;
use crate::schema::normalised;

/// The text that makes a month's table: the template's, without the line ends and spaces that are for a person, since
/// every open parses it.
#[must_use]
pub fn table_text(template_sql: &str, template: &str, table: &str) -> String {
    let words: Vec<&str> = template_sql.split_whitespace().collect();
    words.join(" ").replacen(template, table, 1)
}

/// The text of a view over months: that of the view as it stands, with the tables in place of what is between its
/// `FROM (` and `) AS m`. The template comes first: it has no rows, and names the columns also where no month stands.
/// `None` when the view has another form.
#[must_use]
pub fn rows_view(view_sql: &str, template: &str, months: &[(String, bool)]) -> Option<String> {
    let mut source = format!("SELECT 0 AS archived, * FROM {template}");
    for (table, archived) in months {
        source += &format!(" UNION ALL SELECT {}, * FROM {table}", i32::from(*archived));
    }
    let (head, rest) = view_sql.split_once("\nFROM (")?;
    let (_, tail) = rest.split_once(") AS m\n")?;
    Some(format!("{head}\nFROM ({source}) AS m\n{tail}"))
}

/// Runs a step's SQL for each month's table.
pub(crate) fn run_all(
    db: &mut Connection,
    host: &mut dyn Host,
    sql: &str,
    step: &str,
    run: &mut dyn FnMut(&mut Connection, &str) -> Result<(), MigrateError>,
    event: &mut dyn FnMut(Event<'_>),
) -> Result<(), MigrateError> {
    if !sql.contains("{table}") {
        return Err(MigrateError::Broken {
            step: step.into(),
            what: "its SQL for the months does not name {table}".into(),
        });
    }
    let Partitions { tables, .. } = host.partitions(db)?;
    for (done, table) in (1..).zip(&tables) {
        run(db, &sql.replace("{table}", table))?;
        event(Event::Partition {
            done,
            of: tables.len(),
        });
    }
    Ok(())
}

/// Refuses a month that is not what the template would make now: a step that forgot the old months.
pub(crate) fn check_equal(db: &mut Connection, host: &mut dyn Host, step: &str) -> Result<(), MigrateError> {
    let Partitions { template, tables } = host.partitions(db)?;
    if tables.is_empty() {
        return Ok(());
    }
    let broken = |what: String| MigrateError::Broken {
        step: step.into(),
        what,
    };
    let sql = read::text_of(db, &template)?.ok_or_else(|| broken(format!("{template} is gone")))?;
    for table in &tables {
        let found = read::text_of(db, table)?.ok_or_else(|| broken(format!("{table} is gone")))?;
        if normalised(&found) != normalised(&table_text(&sql, &template, table)) {
            return Err(broken(format!(
                "{table} is not what {template} makes after it: the step needs SQL for the months"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{rows_view, table_text};

    #[test]
    fn a_view_keeps_all_but_its_source() {
        let view = "CREATE VIEW v AS\nSELECT a\nFROM (SELECT 0 AS archived, * FROM t) AS m\nWHERE 1";
        let months = [("t_1".to_owned(), true), ("t_2".to_owned(), false)];
        let text = rows_view(view, "t", &months);
        let made = "CREATE VIEW v AS\nSELECT a\nFROM (SELECT 0 AS archived, * FROM t UNION ALL SELECT 1, * FROM t_1 \
                    UNION ALL SELECT 0, * FROM t_2) AS m\nWHERE 1";
        assert_eq!(text.as_deref(), Some(made));
        assert_eq!(rows_view(made, "t", &[]).as_deref(), Some(view));
        assert_eq!(rows_view("CREATE VIEW v AS SELECT 1", "t", &[]), None);
    }

    #[test]
    fn a_month_has_the_templates_text_on_one_line() {
        assert_eq!(
            table_text("CREATE TABLE t (\n    a,\n  b\n)", "t", "t_1"),
            "CREATE TABLE t_1 ( a, b )"
        );
    }
}
