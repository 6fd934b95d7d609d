//! What was checked, in counts.

use std::fmt;

use super::fault::Fault;
use super::values::OneSided;

/// What stands in the database behind the last step's sample.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filled {
    /// Tables with rows; each month is one.
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
    /// Steps that were gone up, back and up again.
    pub round_trips: usize,
    /// What the round trips had to keep.
    pub filled: Filled,
    /// Objects of the schema that are the same, upgraded and fresh.
    pub objects: usize,
    /// Foreign keys.
    pub foreign_keys: usize,
    /// Indexes with a name.
    pub indexes: usize,
    /// Columns that needed their excuse for having one kind of value.
    pub one_sided: Vec<OneSided>,
}

impl Report {
    /// Refuses a report of which a part is nothing.
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
            "{} objects equal in a fresh and an upgraded database; {} foreign keys indexed; {} index names kept",
            self.objects, self.foreign_keys, self.indexes
        )
    }
}
