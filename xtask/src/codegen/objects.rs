//! Every object of the schema, for the comparison at an open.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, SqliteConnection, sql_query};

const HEAD: &str = "//! Every schema object of a new vault, as in `sqlite_schema`, by name. Written by `cargo xtask codegen`; \
                    do not edit.\n\nuse crate::object::Object;\n\n/// All of them, ordered by name.\n";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    tbl_name: String,
    #[diesel(sql_type = Text)]
    sql: String,
}

/// Returns the text of `crates/schema/src/objects.rs`. It includes diesel's ledger, which no step creates and every
/// vault has.
///
/// # Errors
/// If the database cannot be read, or a raw string cannot contain a text.
pub(super) fn render(connection: &mut SqliteConnection) -> Result<String> {
    connection.batch_execute(privatus_migrate::DIESEL)?;
    let rows: Vec<Row> = sql_query(
        "SELECT type AS kind, name, tbl_name, coalesce(sql, '') AS sql FROM sqlite_schema ORDER BY name",
    )
    .load(connection)?;
    let mut text = format!("{HEAD}pub static OBJECTS: [Object; {}] = [\n", rows.len());
    for Row {
        kind,
        name,
        tbl_name,
        sql,
    } in rows
    {
        if sql.contains("\"#") {
            bail!("{name}: its text ends a raw string");
        }
        write!(
            text,
            "    Object {{\n        kind: \"{kind}\",\n        name: \"{name}\",\n        table: \"{tbl_name}\",\n        \
             sql: r#\"{sql}\"#,\n    }},\n"
        )?;
    }
    text.push_str("];\n");
    Ok(text)
}
