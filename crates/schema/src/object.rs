//! An object of the schema.

/// A table, index, view or trigger, as in `sqlite_schema`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Object {
    /// `table`, `index`, `view` or `trigger`.
    pub kind: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The table that it belongs to; its own name for a table or a view.
    pub table: &'static str,
    /// The SQL that created it; empty for an index that a `UNIQUE` or `PRIMARY KEY` clause of a table creates.
    pub sql: &'static str,
}
