//! The column tables of docs/DATA_MODEL.md.

use std::fmt::Write as _;

use super::catalogue::{Catalogue, Column, Table};

/// Writes one section per table: its columns, then its indexes.
pub(super) fn render(catalogue: &Catalogue) -> String {
    let mut text = String::new();
    for table in &catalogue.tables {
        let _ = writeln!(text, "### `{}`\n", table.name);
        text.push_str("| column | type | null | default | |\n|---|---|---|---|---|\n");
        for column in &table.columns {
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {} | {} |",
                column.name,
                column.declared.split(' ').next().unwrap_or_default(),
                if column.not_null { "no" } else { "yes" },
                column.default.as_deref().map(default).unwrap_or_default(),
                notes(table, column).join("; "),
            );
        }
        text.push('\n');
        for index in &table.indexes {
            let sql = index.sql.split_whitespace().collect::<Vec<_>>().join(" ");
            let _ = writeln!(text, "- `{}` on `{sql}`", index.name);
        }
        if !table.indexes.is_empty() {
            text.push('\n');
        }
    }
    text
}

fn default(value: &str) -> String {
    if value.starts_with("strftime(") {
        "now".to_owned()
    } else {
        format!("`{value}`")
    }
}

fn notes(table: &Table, column: &Column) -> Vec<String> {
    let mut notes = Vec::new();
    if column.primary_key {
        notes.push("primary key".to_owned());
    }
    for reference in table
        .references
        .iter()
        .filter(|reference| reference.column == column.name)
    {
        let action = match reference.on_delete.as_str() {
            "NO ACTION" => String::new(),
            action => format!(", on delete {}", action.to_lowercase()),
        };
        notes.push(format!("→ `{}`{action}", reference.parent));
    }
    notes.extend(column.comment.clone());
    notes
}
