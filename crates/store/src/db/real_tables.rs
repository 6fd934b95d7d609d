//! Which names are tables: asked before the first statement that uses one. A view in a table's place may never end, and
//! what is written to it goes nowhere.

use std::collections::BTreeSet;

use privatus_schema::OBJECTS;
use privatus_sqlite::{Column, Row};

use crate::db::connection::Connection;
use crate::db::hot;
use crate::db::schema_rows::SchemaRows;
use crate::db::statement::Sql;
use crate::error::StoreError;

/// What tells a vault and its schema: a database of any build has them.
pub(crate) const OF_ANY_BUILD: [&str; 5] = [
    "vault_state",
    "schema_migrations",
    "__diesel_schema_migrations",
    "key_store",
    "partitions",
];

/// Every table that a statement of this build may name; a schema that is older may lack some. SQLite's own counter is one of
/// them.
pub(crate) fn of_this_build() -> impl Iterator<Item = &'static str> + Clone {
    OBJECTS
        .iter()
        .filter(|object| object.kind == "table")
        .map(|object| object.name)
}

/// The tables of a database, and none of its views and virtual tables; and what else its schema has.
#[derive(Debug)]
pub(crate) struct RealTables {
    names: BTreeSet<String>,
    pub(crate) schema: SchemaRows,
}

impl RealTables {
    /// Reads them, in one statement.
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

    /// Whether a table of this name stands.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Refuses a name that stands for something that is no table. One that stands for nothing may be of a later schema.
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
                    "{name} is not the table that it must be: a view or something else stands in its place"
                )));
            }
        }
        Ok(())
    }

    /// Refuses a name that stands for nothing too. What a missing ledger means its reader says.
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

/// The name of what a row of the schema makes a table. A virtual table has the same type, and another text.
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

/// Whether SQLite knows anything of this name. However the schema's rows are spelt: it is asked itself, and runs nothing.
fn is_something(db: &mut Connection, name: &str) -> bool {
    let quoted = name.replace('"', "\"\"");
    let sql = format!("EXPLAIN SELECT 1 FROM main.\"{quoted}\"");
    db.raw().execute_batch(&sql).is_ok()
}
