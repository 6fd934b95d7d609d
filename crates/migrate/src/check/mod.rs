//! Checks of steps before anyone runs them: from a database in which every table has rows, each step is gone up, back
//! and up again, and what must not have changed is compared. A build's own steps pass through here in its tests.

mod bench;
mod fault;
mod fill;
mod indexes;
mod kept;
mod keys;
mod numbers;
mod report;
mod round_trip;
mod rows;
mod template;
mod values;

use privatus_sqlite::Connection;

use crate::error::MigrateError;
use crate::host::Host;
use crate::schema::Schema;
use crate::step::Step;
use crate::tokens::normalised;

use bench::Bench;
pub use fault::Fault;
use fault::of_step;
use kept::Kept;
pub use report::Report;
use template::Alone;

/// A step and the rows that are added behind it, so that the next step finds every table filled.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The step.
    pub step: Step,
    /// SQL that fills what the step added.
    pub sample: &'a str,
    /// The same for each month's table, whose name stands as `{table}`.
    pub partition_sample: Option<&'a str>,
}

/// A vault's months around a database whose values are not sealed.
pub trait World: Host {
    /// Makes the tables of the catalogue's months that do not stand yet, and the views over them.
    ///
    /// # Errors
    /// SQLite's.
    fn make_months(&mut self, db: &mut Connection) -> Result<(), MigrateError>;

    /// Gives `to`, which has the schema and no month, the months of `from` and the views over them.
    ///
    /// # Errors
    /// SQLite's.
    fn copy_months(&mut self, from: &mut Connection, to: &mut Connection) -> Result<(), MigrateError>;
}

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

/// Runs every check over the steps, the first one first.
///
/// # Errors
/// The first [`Fault`]; also when there was nothing to check.
pub fn verify(cases: &[Case<'_>], world: &mut dyn World, excused: &Excused<'_>) -> Result<Report, Fault> {
    let mut bench = Bench::new(world)?;
    let mut db = bench::empty()?;
    let mut report = Report::default();
    let mut names = indexes::Kept::new(excused.dropped_indexes);
    let mut alone = Alone::new(excused.template_only);
    let mut ups = Kept::new("its way up", excused.changed_up);
    let mut backs = Kept::new("its way back with rows", excused.changed_back);
    let mut last = 0;
    for (at, case) in cases.iter().enumerate() {
        let name = case.step.name;
        if case.step.version() <= last {
            return Err(of_step(
                name,
                "its number is not higher than that of the step before",
            ));
        }
        last = case.step.version();
        texts(&case.step)?;
        names.note_before(&mut db)?;
        let before: Vec<Step> = cases.iter().take(at).map(|case| case.step).collect();
        let old = round_trip::there_and_back(&mut bench, &mut db, &case.step, &mut ups)?;
        report.round_trips += usize::from(old.is_some());
        report.indexes = names.check(&mut db, name)?;
        alone.check(&mut bench, &mut db, name)?;
        fill::run(&mut bench, &mut db, case)?;
        report.filled = fill::check(&mut bench, &mut db, name)?;
        numbers::check(&mut db, name)?;
        report.one_sided = values::check(&mut bench, &mut db, name, excused.one_kind)?;
        if let Some(old) = old.filter(|_| case.step.irreversible.is_none()) {
            round_trip::filled(&mut bench, &mut db, &before, &case.step, &old, &mut backs)?;
        }
        report.steps += 1;
    }
    names.end()?;
    alone.end()?;
    ups.end()?;
    backs.end()?;
    values::end(excused.one_kind, &report.one_sided)?;
    report.objects = upgraded_is_fresh(&mut bench, &mut db, cases)?;
    report.foreign_keys = keys::check(&mut db, excused.unindexed)?;
    report.not_nothing()
}

/// A step that does nothing was not written yet.
fn texts(step: &Step) -> Result<(), Fault> {
    if normalised(step.up).is_empty() && step.code.is_none() {
        return Err(of_step(
            step.name,
            "its up.sql has no statement: write what the step does",
        ));
    }
    if normalised(step.down).is_empty() && step.irreversible.is_none() {
        return Err(of_step(
            step.name,
            "its down.sql has no statement: write what undoes up.sql, or say why nothing does (`with_no_way_back`)",
        ));
    }
    for (file, text) in [
        ("partition_up.sql", step.partition_up),
        ("partition_down.sql", step.partition_down),
    ] {
        if text.is_some_and(|text| normalised(text).is_empty()) {
            return Err(of_step(
                step.name,
                format!("its {file} has no statement: write the change of a month, or leave the file out"),
            ));
        }
    }
    Ok(())
}

/// A database that came step by step has the schema of one that was made today.
fn upgraded_is_fresh(bench: &mut Bench<'_>, db: &mut Connection, cases: &[Case<'_>]) -> Result<usize, Fault> {
    let steps: Vec<Step> = cases.iter().map(|case| case.step).collect();
    let mut fresh = bench.fresh(&steps, db)?;
    let expected = Schema::read(&mut fresh)?;
    let differences = expected.differences(&Schema::read(db)?);
    if differences.is_empty() {
        return Ok(expected.len());
    }
    Err(Fault::Schema(format!(
        "an upgraded database is not what a fresh one is: {}",
        differences.join("; ")
    )))
}
