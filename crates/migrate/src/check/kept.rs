//! Checks the values that a step must preserve: in columns that exist before and after it, every row keeps its value.

use std::collections::BTreeSet;

use super::fault::{Fault, of_step};
use super::rows::{Row, Rows, Table, minus};
use crate::host::Partitions;

/// `(step, what, reason)`: `table` for rows that are added or removed, `table.column` for values that change.
type Excuse<'a> = (&'a str, &'a str, &'a str);

/// One direction of all steps, and the changes allowed in it.
pub(super) struct Kept<'a> {
    way: &'static str,
    excused: &'a [Excuse<'a>],
    used: BTreeSet<(&'a str, &'a str)>,
}

/// A database before and after one direction of a step.
pub(super) struct Pair<'a> {
    pub(super) before: &'a Rows,
    pub(super) after: &'a Rows,
    /// The template's name stands for all months.
    pub(super) months: &'a Partitions,
    /// Whether rows were added in between.
    pub(super) has_more: bool,
}

impl<'a> Kept<'a> {
    pub(super) fn new(way: &'static str, excused: &'a [Excuse<'a>]) -> Self {
        Self {
            way,
            excused,
            used: BTreeSet::new(),
        }
    }

    /// Refuses changed values, rows that are declared added or removed without an exception, and numbers that would be
    /// assigned twice.
    pub(super) fn check(
        &mut self,
        step: &str,
        declared: &[(&str, &str)],
        pair: &Pair<'_>,
    ) -> Result<(), Fault> {
        let mut lines = Vec::new();
        let (before, after) = (&pair.before.tables, &pair.after.tables);
        for (table, _) in declared.iter().filter(|(table, _)| before.contains_key(*table)) {
            if !self.is_excused(step, table) {
                lines.push(format!("it declares rows of {table} without an exception"));
            }
        }
        for (name, expected) in before {
            let Some(found) = after.get(name) else { continue };
            let is_month = pair.months.tables.contains(name);
            let title = if is_month { &pair.months.template } else { name };
            let changed = self.table(step, title, expected, found, pair.has_more);
            lines.extend(changed.map(|what| format!("{what} of {name}")));
        }
        for (table, number) in &pair.before.sequences {
            let found = pair.after.sequences.get(table).copied().unwrap_or(0);
            if after.contains_key(table) && found < *number {
                lines.push(format!(
                    "{table} would assign the numbers from {found} to {number} twice"
                ));
            }
        }
        if lines.is_empty() {
            return Ok(());
        }
        let when = if pair.has_more { " before the step" } else { "" };
        let what = format!("{} changes existing data{when}: {}", self.way, lines.join("; "));
        Err(of_step(step, what))
    }

    /// What a table lost in the columns that exist before and after.
    fn table(
        &mut self,
        step: &str,
        title: &str,
        expected: &Table,
        found: &Table,
        has_more: bool,
    ) -> Option<String> {
        let common = |column: &&String| found.columns.contains(column);
        let mut columns: Vec<&String> = expected.columns.iter().filter(common).collect();
        let equal = |columns: &[&String]| {
            let (expected, found) = (projected(expected, columns), projected(found, columns));
            let new = if has_more { 0 } else { minus(&found, &expected) };
            (minus(&expected, &found), new)
        };
        if equal(&columns) == (0, 0) {
            return None;
        }
        let may_come_or_go = self.is_excused(step, title);
        columns.retain(|column| !self.is_excused(step, &format!("{title}.{column}")));
        let (lost, new) = equal(&columns);
        if (lost, new) == (0, 0) || (may_come_or_go && (lost == 0 || new == 0)) {
            return None;
        }
        let changed = |column: &&String| equal(&[column]) != (0, 0);
        let names: Vec<&str> = columns.into_iter().filter(changed).map(String::as_str).collect();
        Some(match names.is_empty() {
            true => format!("{lost} rows (values moved to other rows)"),
            false => format!("{lost} rows ({})", names.join(", ")),
        })
    }

    fn is_excused(&mut self, step: &str, what: &str) -> bool {
        let found = self
            .excused
            .iter()
            .find(|excuse| (excuse.0, excuse.1) == (step, what));
        self.used.extend(found.map(|excuse| (excuse.0, excuse.1)));
        found.is_some()
    }

    /// Refuses an exception that no step needed.
    pub(super) fn end(&self) -> Result<(), Fault> {
        match self
            .excused
            .iter()
            .find(|excuse| !self.used.contains(&(excuse.0, excuse.1)))
        {
            None => Ok(()),
            Some((step, what, _)) => Err(Fault::Schema(format!(
                "{what} has an exception for what {} of {step} changes, but does not need it",
                self.way
            ))),
        }
    }
}

/// The rows of a table in some of its columns, sorted by their content.
fn projected<'t>(table: &'t Table, columns: &[&String]) -> Vec<Vec<Option<&'t Vec<u8>>>> {
    let places: Vec<Option<usize>> = columns
        .iter()
        .map(|column| table.columns.iter().position(|name| name == *column))
        .collect();
    let value = |row: &'t Row, place: &Option<usize>| place.and_then(|at| row.get(at));
    let mut rows: Vec<Vec<Option<&Vec<u8>>>> = table
        .rows
        .iter()
        .map(|row| places.iter().map(|place| value(row, place)).collect())
        .collect();
    rows.sort_unstable();
    rows
}
