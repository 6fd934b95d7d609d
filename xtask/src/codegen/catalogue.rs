//! What SQLite itself reports about the tables of a database.

use anyhow::{Result, bail};
use diesel::sql_types::{Bool, Nullable, Text};
use diesel::{QueryableByName, RunQueryDsl, SqliteConnection, sql_query};

/// The tables of a database, ordered by name.
pub(super) struct Catalogue {
    pub(super) tables: Vec<Table>,
}

/// A table with its columns, references and indexes.
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    pub(super) references: Vec<Reference>,
    pub(super) indexes: Vec<Index>,
}

/// A column, and the comment that follows it in the migration.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) declared: String,
    pub(super) not_null: bool,
    pub(super) primary_key: bool,
    pub(super) default: Option<String>,
    pub(super) comment: Option<String>,
}

/// A foreign key of one column.
#[derive(QueryableByName)]
pub(super) struct Reference {
    #[diesel(sql_type = Text)]
    pub(super) column: String,
    #[diesel(sql_type = Text)]
    pub(super) parent: String,
    #[diesel(sql_type = Text)]
    pub(super) on_delete: String,
}

/// An index that a migration names, with its SQL after `ON`.
#[derive(QueryableByName)]
pub(super) struct Index {
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    #[diesel(sql_type = Text)]
    pub(super) sql: String,
}

#[derive(QueryableByName)]
struct TableRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    sql: String,
}

#[derive(QueryableByName)]
struct ColumnRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    declared: String,
    #[diesel(sql_type = Bool)]
    not_null: bool,
    #[diesel(sql_type = Bool)]
    primary_key: bool,
    #[diesel(sql_type = Nullable<Text>)]
    default_value: Option<String>,
}

/// Reads every table except SQLite's own. `migrations` is the text of all steps, where columns may have comments.
///
/// # Errors
/// When the database cannot be read, or a foreign key spans several columns.
pub(super) fn read(connection: &mut SqliteConnection, migrations: &str) -> Result<Catalogue> {
    let rows: Vec<TableRow> = sql_query(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .load(connection)?;
    let mut tables = Vec::new();
    for row in rows {
        let columns: Vec<ColumnRow> = sql_query(
            "SELECT name, type AS declared, \"notnull\" AS not_null, pk > 0 AS primary_key, \
             dflt_value AS default_value FROM pragma_table_xinfo(?) ORDER BY cid",
        )
        .bind::<Text, _>(&row.name)
        .load(connection)?;
        let references: Vec<Reference> = sql_query(
            "SELECT \"from\" AS \"column\", \"table\" AS parent, on_delete \
             FROM pragma_foreign_key_list(?) ORDER BY \"from\", seq",
        )
        .bind::<Text, _>(&row.name)
        .load(connection)?;
        if references.is_empty() && row.sql.contains("REFERENCES") {
            bail!("{}: a foreign key is not listed", row.name);
        }
        let indexes: Vec<Index> = sql_query(
            "SELECT name, trim(substr(sql, instr(sql, ' ON ') + 4)) AS sql FROM sqlite_schema \
             WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = ? ORDER BY name",
        )
        .bind::<Text, _>(&row.name)
        .load(connection)?;
        let columns = columns
            .into_iter()
            .map(|column| {
                let comment = comment_of(&column.name, &row.sql)
                    .or_else(|| note_on(&row.name, &column.name, migrations));
                with_comment(column, comment)
            })
            .collect();
        tables.push(Table {
            name: row.name,
            columns,
            references,
            indexes,
        });
    }
    Ok(Catalogue { tables })
}

fn with_comment(row: ColumnRow, comment: Option<String>) -> Column {
    Column {
        name: row.name,
        declared: row.declared,
        not_null: row.not_null,
        primary_key: row.primary_key,
        default: row.default_value,
        comment,
    }
}

/// Returns the comment at the end of the line that declares a column: SQLite stores the text of CREATE TABLE.
fn comment_of(column: &str, table_sql: &str) -> Option<String> {
    let line = table_sql
        .lines()
        .find(|line| line.split_whitespace().next() == Some(column))?;
    line.split_once("-- ")
        .map(|(_, comment)| comment.trim().to_owned())
}

/// Returns the text of a line `-- table.column: text` in a migration, for a table whose SQL is copied and must be short.
fn note_on(table: &str, column: &str, migrations: &str) -> Option<String> {
    let start = format!("-- {table}.{column}: ");
    let comment = migrations.lines().find_map(|line| line.strip_prefix(&start))?;
    Some(comment.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{comment_of, note_on};

    #[test]
    fn a_comment_is_that_of_its_own_line() {
        let sql =
            "CREATE TABLE a (\n    b TEXT, -- first\n    c TEXT, -- sealed; once -- deleted\n    d TEXT\n)";
        assert_eq!(comment_of("b", sql).as_deref(), Some("first"));
        assert_eq!(comment_of("c", sql).as_deref(), Some("sealed; once -- deleted"));
        assert_eq!(comment_of("d", sql), None);
        assert_eq!(comment_of("e", sql), None);
    }
    #[test]
    fn a_note_names_table_and_column() {
        let text = "-- a.b: first\n-- a.bc: second\n  -- a.d: indented\n";
        assert_eq!(note_on("a", "b", text).as_deref(), Some("first"));
        assert_eq!(note_on("a", "bc", text).as_deref(), Some("second"));
        assert_eq!(note_on("a", "d", text), None);
        assert_eq!(note_on("c", "b", text), None);
    }
}
