//! Runs samples, and checks that they leave no table empty.

use privatus_sqlite::Connection;

use super::bench::Bench;
use super::case::Case;
use super::fault::{Fault, of_step};
use super::report::Filled;
use super::rows;
use crate::read::{self, quoted};

/// Minimum number of months: a single one could be an exception to everything.
const MONTHS: usize = 2;

/// Runs a step's samples, and creates months in between.
pub(super) fn run(bench: &mut Bench<'_>, db: &mut Connection, case: &Case<'_>) -> Result<(), Fault> {
    script(db, case.step.name, "sample.sql", case.sample)?;
    bench.world.make_months(db)?;
    if let Some(sql) = case.partition_sample {
        for table in bench.world.partitions(db)?.tables {
            let sql = sql.replace("{table}", &table);
            script(db, case.step.name, "partition_sample.sql", &sql)?;
        }
    }
    Ok(())
}

fn script(db: &mut Connection, step: &str, file: &str, sql: &str) -> Result<(), Fault> {
    let mut rest = sql;
    loop {
        let next = db.execute_next(rest).map_err(|error| {
            let line = rest
                .lines()
                .map(str::trim)
                .find(|line| !line.is_empty() && !line.starts_with("--"));
            let line = line.unwrap_or_default();
            of_step(step, format!("its {file} fails at `{line}`: {error}"))
        })?;
        let Some(next) = next else {
            return Ok(());
        };
        rest = next;
    }
}

/// Refuses a table without rows, and fewer than the minimum of months.
pub(super) fn check(bench: &mut Bench<'_>, db: &mut Connection, step: &str) -> Result<Filled, Fault> {
    let months = bench.world.partitions(db)?;
    if months.tables.len() < MONTHS {
        let what = format!(
            "there are {} months after its sample, but {MONTHS} are required",
            months.tables.len()
        );
        return Err(of_step(step, what));
    }
    let mut filled = Filled {
        months: months.tables.len(),
        ..Filled::default()
    };
    let mut empty = Vec::new();
    for table in read::tables(db)? {
        // Its columns are in each month.
        if table == months.template {
            continue;
        }
        let count = read::number(db, &format!("SELECT count(*) FROM {}", quoted(&table)))?.unwrap_or(0);
        filled.tables += 1;
        filled.rows += usize::try_from(count).unwrap_or(0);
        filled.columns += rows::columns(db, &table)?.len();
        if count == 0 {
            empty.push(table);
        }
    }
    if empty.is_empty() {
        return Ok(filled);
    }
    let what = format!("its sample leaves tables without rows: {}", empty.join(", "));
    Err(of_step(step, what))
}
