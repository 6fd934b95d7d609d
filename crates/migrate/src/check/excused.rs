//! Exceptions to the checks.

/// The exceptions, each with its reason. An exception that is not needed is an error.
#[derive(Debug, Clone, Copy, Default)]
pub struct Excused<'a> {
    /// `(table, column, reason)`: a foreign key column without an index.
    pub unindexed: &'a [(&'a str, &'a str, &'a str)],
    /// `(index, reason)`: an index that a step drops or moves to another table.
    pub dropped_indexes: &'a [(&'a str, &'a str)],
    /// `(index, reason)`: an index of the template that months do not have.
    pub template_only: &'a [(&'a str, &'a str)],
    /// `(table, column, reason)`: a nullable column that is never NULL, or never has a value.
    pub one_kind: &'a [(&'a str, &'a str, &'a str)],
    /// `(step, what, reason)`: what a step's way up changes in columns that stay. `what` is `table` for rows that are
    /// declared to be added or removed, `table.column` for values; the template's name stands for all months.
    pub changed_up: &'a [(&'a str, &'a str, &'a str)],
    /// `(step, what, reason)`: what a step's way back changes when the tables are filled.
    pub changed_back: &'a [(&'a str, &'a str, &'a str)],
}
