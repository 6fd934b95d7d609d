//! Which names are tables, checked before the first statement that uses one. A view in a table's place may never end,
//! and a write to it has no effect.

use std::collections::BTreeSet;

use privatus_schema::OBJECTS;
use privatus_sqlite::{Column, Row};

use crate::db::connection::Connection;
use crate::db::hot;
use crate::db::schema_rows::SchemaRows;
use crate::db::statement::Sql;
use crate::error::StoreError;

/// The tables that identify a vault and its schema; a database of any build has them.
pub(crate) const OF_ANY_BUILD: [&str; 5] = [
    "vault_state",
    "schema_migrations",
    "__diesel_schema_migrations",
    "key_store",
    "partitions",
];

/// Returns every table that a statement of this build may name, SQLite's counter among them. An older schema may lack
/// some.
pub(crate) fn of_this_build() -> impl Iterator<Item = &'static str> + Clone {
    OBJECTS
        .iter()
        .filter(|object| object.kind == "table")
        .map(|object| object.name)
}

/// The tables of a database, without views and virtual tables, and the rows of its schema.
#[derive(Debug)]
pub(crate) struct RealTables {
    names: BTreeSet<String>,
    pub(crate) schema: SchemaRows,
}

impl RealTables {
    /// Reads the schema in one statement.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(crate) fn read(db: &mut Connection) -> Result<Self, StoreError> {
        let mut names = BTreeSet::new();
        let pages = match db.has_broken_schema() {
            true => db.raw().pragma_i64("page_count")?,
            false => None,
        };
        let mut schema = SchemaRows::of_pages(pages);
        db.each_as_it_is(Sql::new(hot::OPEN_SCHEMA), "look at the tables", |row| {
            if let Some(name) = table(row) {
                names.insert(name.to_owned());
            }
            schema.take(row);
        })?;
        Ok(Self { names, schema })
    }

    /// Whether there is a table with this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Refuses names of things that are not tables. A name of nothing is allowed, because it may be from a later
    /// schema.
    ///
    /// # Errors
    /// [`StoreError::DatabaseDamaged`] with the name.
    pub(crate) fn check<'n>(
        &self,
        db: &mut Connection,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<(), StoreError> {
        for name in names {
            if !self.names.contains(name) && is_something(db, name) {
                return Err(StoreError::DatabaseDamaged(format!(
                    "{name} is not a table as it must be: a view or something else is in its place"
                )));
            }
        }
        Ok(())
    }

    /// Refuses names of things that are not tables, and names of nothing. A missing ledger is left to its reader.
    ///
    /// # Errors
    /// [`StoreError::DatabaseDamaged`] with the name.
    pub(crate) fn check_all_there<'n>(
        &self,
        db: &mut Connection,
        names: impl IntoIterator<Item = &'n str> + Clone,
    ) -> Result<(), StoreError> {
        self.check(db, names.clone())?;
        for name in names {
            if !self.names.contains(name) && !name.ends_with("schema_migrations") {
                return Err(StoreError::DatabaseDamaged(format!("table {name} is missing")));
            }
        }
        Ok(())
    }
}

/// Returns the name of a table from its row of the schema. A virtual table has the same type, but a different text.
fn table<'r>(row: &'r Row<'_>) -> Option<&'r str> {
    let is_table = matches!(row.column(0), Column::Text(kind) if kind.eq_ignore_ascii_case(b"table"))
        && matches!(row.column(4), Column::Integer(2..));
    match (is_table, row.column(1), row.column(3)) {
        (true, Column::Text(name), Column::Text(sql))
            if sql
                .get(..13)
                .is_some_and(|begun| begun.eq_ignore_ascii_case(b"CREATE TABLE ")) =>
        {
            str::from_utf8(name).ok()
        }
        _ => None,
    }
}

/// Whether SQLite knows a table or view of this name. SQLite itself is asked, whatever the spelling in the schema's
/// rows; nothing is run.
fn is_something(db: &mut Connection, name: &str) -> bool {
    let quoted = name.replace('"', "\"\"");
    let sql = format!("EXPLAIN SELECT 1 FROM main.\"{quoted}\"");
    db.raw().execute_batch(&sql).is_ok()
}
