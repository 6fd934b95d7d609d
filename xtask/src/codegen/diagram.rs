//! The entity-relationship diagram of docs/DATA_MODEL.md, as Mermaid.

use std::fmt::Write as _;

use anyhow::{Result, bail};

use super::catalogue::{Catalogue, Column, Table};

/// A reference without a foreign key: child, column, parent.
pub(super) type Link = (&'static str, &'static str, &'static str);

/// The references of a vault without a foreign key. docs/DATA_MODEL.md gives the reasons.
pub(super) const WITHOUT_FOREIGN_KEY: &[Link] = &[
    ("group_members", "contact_id", "contacts"),
    ("message_content", "message_id", "messages_template"),
    ("message_locator", "partition", "partitions"),
    ("message_locator", "row_key", "messages_template"),
    ("messages_template", "conversation", "conversations"),
    ("messages_template", "reply_to", "messages_template"),
    ("messages_template", "sender", "senders"),
];

/// Draws the tables with their columns, and the references between them.
///
/// # Errors
/// When a link names a table or a column that does not exist.
pub(super) fn render(catalogue: &Catalogue, links: &[Link]) -> Result<String> {
    let mut text = String::from("```mermaid\nerDiagram\n");
    for table in &catalogue.tables {
        for reference in &table.references {
            line(&mut text, &reference.parent, "--", &table.name, &reference.column);
        }
    }
    let table = |name: &str| catalogue.tables.iter().find(|table| table.name == name);
    for (child, column, parent) in links {
        let there = table(child).is_some_and(|table| table.columns.iter().any(|it| it.name == *column));
        if !there || table(parent).is_none() {
            bail!("xtask/src/codegen/diagram.rs: no column {child}.{column} or no table {parent}");
        }
        line(&mut text, parent, "..", child, column);
    }
    for table in &catalogue.tables {
        let _ = writeln!(text, "    {} {{", table.name);
        for column in &table.columns {
            let declared = column.declared.split(' ').next().unwrap_or_default();
            let _ = writeln!(text, "        {declared} {}{}", column.name, keys(table, column));
        }
        text.push_str("    }\n");
    }
    text.push_str("```\n");
    Ok(text)
}

fn line(text: &mut String, parent: &str, stroke: &str, child: &str, column: &str) {
    let _ = writeln!(text, "    {parent} |o{stroke}o{{ {child} : {column}");
}

fn keys(table: &Table, column: &Column) -> &'static str {
    let foreign = table
        .references
        .iter()
        .any(|reference| reference.column == column.name);
    match (column.primary_key, foreign) {
        (true, true) => " PK,FK",
        (true, false) => " PK",
        (false, true) => " FK",
        (false, false) => "",
    }
}
