//! The entity-relationship diagram of docs/DATA_MODEL.md, as Mermaid.

use std::fmt::Write as _;

use super::catalogue::{Catalogue, Column, Table};

/// References that hold without a foreign key: (child, column, parent). docs/DATA_MODEL.md says why.
const WITHOUT_FOREIGN_KEY: &[(&str, &str, &str)] = &[
    ("group_members", "contact_id", "contacts"),
    ("message_content", "message_id", "messages_template"),
    ("message_locator", "partition", "partitions"),
    ("message_locator", "row_key", "messages_template"),
    ("messages_template", "conversation", "conversations"),
    ("messages_template", "reply_to", "messages_template"),
    ("messages_template", "sender", "senders"),
];

/// Draws the tables with their columns, and the references between them.
pub(super) fn render(catalogue: &Catalogue) -> String {
    let mut text = String::from("```mermaid\nerDiagram\n");
    for table in &catalogue.tables {
        for reference in &table.references {
            line(&mut text, &reference.parent, "--", &table.name, &reference.column);
        }
    }
    for (child, column, parent) in WITHOUT_FOREIGN_KEY {
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
    text
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
