//! Checks of steps before anyone runs them: starting from a database with rows in every table, each step is applied,
//! taken back and applied again, and data that must not change is compared. A build's tests run its own steps through
//! these checks.

mod bench;
mod case;
mod excused;
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
mod world;

use privatus_sqlite::Connection;

use crate::schema::Schema;
use crate::step::Step;
use crate::tokens::normalised;

use bench::Bench;
use fault::of_step;
use kept::Kept;
use template::Alone;

pub use case::Case;
pub use excused::Excused;
pub use fault::Fault;
pub use report::Report;
pub use world::World;

/// Runs every check over the steps, in order.
///
/// # Errors
/// The first [`Fault`], also if there was nothing to check.
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

/// A step that does nothing is unfinished.
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
            "its down.sql has no statement: write what undoes up.sql, or say why nothing can (`with_no_way_back`)",
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

/// An upgraded database must have the schema of one created today.
fn upgraded_is_fresh(bench: &mut Bench<'_>, db: &mut Connection, cases: &[Case<'_>]) -> Result<usize, Fault> {
    let steps: Vec<Step> = cases.iter().map(|case| case.step).collect();
    let mut fresh = bench.fresh(&steps, db)?;
    let expected = Schema::read(&mut fresh)?.of_steps();
    let differences = expected.differences(&Schema::read(db)?.of_steps());
    if differences.is_empty() {
        return Ok(expected.len());
    }
    Err(Fault::Schema(format!(
        "an upgraded database differs from a fresh one: {}",
        differences.join("; ")
    )))
}
