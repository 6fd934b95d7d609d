//! Up, back and up again: existing data must be the same, byte by byte.

use privatus_sqlite::{Connection, SqliteError};

use super::bench::Bench;
use super::fault::{Fault, of_step};
use super::kept::{Kept, Pair};
use super::rows::Rows;
use crate::schema::Schema;
use crate::step::Step;
use crate::tokens::normalised;

/// The schema and rows of a database.
struct State {
    schema: Schema,
    rows: Rows,
}

impl State {
    fn read(db: &mut Connection) -> Result<Self, SqliteError> {
        Ok(Self {
            schema: Schema::read(db)?.of_steps(),
            rows: Rows::read(db)?,
        })
    }

    fn expect(&self, db: &mut Connection, step: &str, after: &str) -> Result<(), Fault> {
        let found = Self::read(db)?;
        let mut differences = self.schema.differences(&found.schema);
        differences.extend(self.rows.differences(&found.rows));
        if differences.is_empty() {
            return Ok(());
        }
        let what = format!(
            "{after}, something differs from before: {}",
            differences.join("; ")
        );
        Err(of_step(step, what))
    }
}

/// Applies a step to a filled database, taking it back in between. Returns the rows before the step, if it can be
/// taken back.
///
/// A reason not to take the step back in a vault does not matter here: `down.sql` must be correct.
pub(super) fn there_and_back(
    bench: &mut Bench<'_>,
    db: &mut Connection,
    step: &Step,
    kept: &mut Kept<'_>,
) -> Result<Option<Rows>, Fault> {
    let step = Step {
        irreversible: step.irreversible.filter(|_| normalised(step.down).is_empty()),
        ..*step
    };
    let before = State::read(db)?;
    bench.up(db, &[step])?;
    let after = State::read(db)?;
    let pair = Pair {
        before: &before.rows,
        after: &after.rows,
        months: &bench.world.partitions(db)?,
        has_more: false,
    };
    kept.check(step.name, step.rows_up, &pair)?;
    if step.irreversible.is_some() {
        return Ok(None);
    }
    bench.back(db)?;
    before.expect(db, step.name, "after up and down")?;
    bench.up(db, &[step])?;
    after.expect(db, step.name, "after up, down and up")?;
    Ok(Some(before.rows))
}

/// Takes back a step with rows in what it added: the previous schema must return, and every row must keep its values
/// in the columns that stay. If a table or column had another name in between, `old` has the rows from before the
/// step, which its sample leaves unchanged.
pub(super) fn filled(
    bench: &mut Bench<'_>,
    db: &mut Connection,
    before: &[Step],
    step: &Step,
    old: &Rows,
    kept: &mut Kept<'_>,
) -> Result<(), Fault> {
    let expected = Schema::read(&mut bench.fresh(before, db)?)?.of_steps();
    let (rows, months) = (Rows::read(db)?, bench.world.partitions(db)?);
    let found = bench.rehearse_back(db, |db| Ok(State::read(db)?))?;
    let differences = expected.differences(&found.schema);
    if !differences.is_empty() {
        let what = format!(
            "its way back with rows leaves another schema: {}",
            differences.join("; ")
        );
        return Err(of_step(step.name, what));
    }
    let pair = Pair {
        before: &rows,
        after: &found.rows,
        months: &months,
        has_more: false,
    };
    kept.check(step.name, step.rows_down, &pair)?;
    let pair = Pair {
        before: old,
        has_more: true,
        ..pair
    };
    kept.check(step.name, step.rows_down, &pair)
}
