//! The results of the checks, in counts.

use std::fmt;

use super::fault::Fault;
use super::values::OneSided;

/// The contents of the database after the last step's sample.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filled {
    /// Tables with rows; each month counts as one.
    pub tables: usize,
    /// Their columns.
    pub columns: usize,
    /// Their rows.
    pub rows: usize,
    /// Months.
    pub months: usize,
}

/// What [`verify`](super::verify) looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Steps.
    pub steps: usize,
    /// Steps that were applied, taken back and applied again.
    pub round_trips: usize,
    /// What the round trips had to preserve.
    pub filled: Filled,
    /// Schema objects that are equal in an upgraded and a fresh database.
    pub objects: usize,
    /// Foreign keys.
    pub foreign_keys: usize,
    /// Indexes with an explicit name.
    pub indexes: usize,
    /// Columns that needed an exception for having one kind of value.
    pub one_sided: Vec<OneSided>,
}

impl Report {
    /// Refuses a report in which a count is zero.
    pub(super) fn not_nothing(self) -> Result<Self, Fault> {
        let counts = [
            (self.steps, "step"),
            (self.round_trips, "step with a way back"),
            (self.filled.tables, "table"),
            (self.filled.rows, "row"),
            (self.objects, "object of the schema"),
            (self.foreign_keys, "foreign key"),
            (self.indexes, "index"),
        ];
        match counts.iter().find(|(count, _)| *count == 0) {
            Some((_, what)) => Err(Fault::Nothing(what)),
            None => Ok(self),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Filled {
            tables,
            columns,
            rows,
            months,
        } = self.filled;
        writeln!(
            f,
            "{} steps, {} of them up, down and up again over {rows} rows in {tables} tables ({columns} columns, \
             {months} months)",
            self.steps, self.round_trips
        )?;
        write!(
            f,
            "{} objects equal in a fresh and an upgraded database; {} foreign keys indexed; {} index names preserved",
            self.objects, self.foreign_keys, self.indexes
        )
    }
}
