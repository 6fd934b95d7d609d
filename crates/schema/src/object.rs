//! An object of the schema.

/// A table, index, view or trigger, as `sqlite_schema` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Object {
    /// `table`, `index`, `view` or `trigger`.
    pub kind: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The table that it belongs to; its own name for a table or a view.
    pub table: &'static str,
    /// The text that it was made with; empty for an index that a `UNIQUE` or `PRIMARY KEY` of a table's text makes.
    pub sql: &'static str,
}
