//! What the checks let pass.

/// What is let pass, each with the reason. An entry that is not needed is a fault.
#[derive(Debug, Clone, Copy, Default)]
pub struct Excused<'a> {
    /// `(table, column, reason)`: a foreign key's column without an index.
    pub unindexed: &'a [(&'a str, &'a str, &'a str)],
    /// `(index, reason)`: an index that a step drops or gives to another table.
    pub dropped_indexes: &'a [(&'a str, &'a str)],
    /// `(index, reason)`: an index that the template has and no month.
    pub template_only: &'a [(&'a str, &'a str)],
    /// `(table, column, reason)`: a nullable column that is never NULL, or has no value yet.
    pub one_kind: &'a [(&'a str, &'a str, &'a str)],
    /// `(step, what, reason)` of what a step's way up changes in columns that stay: `table` for rows that are declared to
    /// come or go, `table.column` for values; the template's name stands for all months.
    pub changed_up: &'a [(&'a str, &'a str, &'a str)],
    /// The same of its way back, when it is in use.
    pub changed_back: &'a [(&'a str, &'a str, &'a str)],
}
