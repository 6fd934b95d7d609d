//! A small vault: a catalogue of months, their template, and a view over them.

use privatus_migrate::check::World;
use privatus_migrate::{Host, MigrateError, Partitions, month_sql, rows_view, text_of};
use privatus_sqlite::{Column, Connection, SqliteError};

const TEMPLATE: &str = "m_template";

pub(crate) struct Months;

fn texts(db: &mut Connection, sql: &str) -> Result<Vec<String>, SqliteError> {
    let mut all = Vec::new();
    db.query(sql, &[], |row| {
        if let Column::Text(bytes) = row.column(0) {
            all.push(String::from_utf8_lossy(bytes).into_owned());
        }
        Ok::<_, SqliteError>(())
    })?;
    Ok(all)
}

fn months(db: &mut Connection) -> Result<Vec<String>, SqliteError> {
    texts(db, "SELECT name FROM months ORDER BY name")
}

fn make(db: &mut Connection, months: &[String]) -> Result<(), MigrateError> {
    for month in months {
        if text_of(db, month)?.is_none() {
            for sql in month_sql(db, TEMPLATE, month)? {
                db.execute_batch(&sql)?;
            }
        }
    }
    view_over(db, months)
}

fn view_over(db: &mut Connection, months: &[String]) -> Result<(), MigrateError> {
    let months: Vec<(String, bool)> = months.iter().map(|name| (name.clone(), false)).collect();
    let view = text_of(db, "m_rows")?
        .and_then(|view| rows_view(&view, TEMPLATE, &months))
        .ok_or_else(|| MigrateError::Host("m_rows has another form".into()))?;
    Ok(db.execute_batch(&format!("DROP VIEW m_rows; {view}"))?)
}

impl Host for Months {
    fn partitions(&mut self, db: &mut Connection) -> Result<Partitions, MigrateError> {
        Ok(Partitions {
            template: TEMPLATE.into(),
            tables: months(db)?,
            sealed: None,
        })
    }

    fn refresh_views(&mut self, db: &mut Connection) -> Result<(), MigrateError> {
        let months = months(db)?;
        view_over(db, &months)
    }
}

impl World for Months {
    fn make_months(&mut self, db: &mut Connection) -> Result<(), MigrateError> {
        let months = months(db)?;
        make(db, &months)
    }

    fn copy_months(&mut self, from: &mut Connection, to: &mut Connection) -> Result<(), MigrateError> {
        let months = months(from)?;
        make(to, &months)
    }
}
