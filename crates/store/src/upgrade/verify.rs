//! Checks whether a database has the schema that its ledger records.

use privatus_migrate::{Applied, Host, MigrateError, NoPartitions, Runner, Schema, Seal, Step, state};
use privatus_sqlite::{self as sqlite, OpenMode, OpenOptions};

use super::STEPS;
use crate::db::connection::Connection;
use crate::error::StoreError;
use crate::partition::schema::{copy_months, months_standing};

/// The result of [`Migrator::verify`](super::Migrator::verify).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaCheck {
    /// The number of steps whose rows were checked.
    pub steps: usize,
    /// The number of tables, indexes, views and triggers that were compared.
    pub objects: usize,
    /// What is wrong, one line for each problem; empty if all is well.
    pub problems: Vec<String>,
}

/// Checks the rows of the ledger, then compares every object with what the steps create.
pub(super) fn check(db: &mut Connection, rows: &[Applied]) -> Result<SchemaCheck, StoreError> {
    let (is_known, mut problems) = ledger_told(db, rows)?;
    if !is_known {
        // It is then unknown which steps created the schema.
        return Ok(SchemaCheck {
            steps: rows.len(),
            objects: 0,
            problems,
        });
    }
    let steps: Vec<Step> = STEPS
        .all()
        .iter()
        .filter(|step| rows.iter().any(|row| row.version == step.version()))
        .copied()
        .collect();
    let expected = expected(db, &steps)?;
    let found = Schema::read(db.raw()).map_err(StoreError::from)?;
    problems.extend(expected.differences(&found));
    Ok(SchemaCheck {
        steps: rows.len(),
        objects: expected.len(),
        problems,
    })
}

/// Returns what is wrong with the rows of the ledger, and whether they show which steps created the schema.
pub(crate) fn ledger_told(db: &mut Connection, rows: &[Applied]) -> Result<(bool, Vec<String>), StoreError> {
    let ledger = match state(db.raw(), &STEPS) {
        Ok(_) => None,
        Err(error @ MigrateError::Ledger { .. }) => Some(error.to_string()),
        Err(error) => return Err(error.into()),
    };
    let is_known = ledger.is_none();
    let mut problems: Vec<String> = ledger.into_iter().collect();
    for row in rows.iter().filter(|row| !row.is_authentic) {
        problems.push(format!("migration {}: its row was altered (MAC)", row.title()));
    }
    Ok((is_known, problems))
}

/// Returns the schema of this build, with the months that the database says it has.
pub(crate) fn newest_schema(db: &mut Connection) -> Result<Schema, StoreError> {
    expected(db, STEPS.all())
}

/// Returns the schema that these steps create, with the months that the database says it has.
fn expected(db: &mut Connection, steps: &[Step]) -> Result<Schema, StoreError> {
    let months = months_standing(db.raw())?;
    let key = privatus_crypto::LedgerKey::generate()?;
    let mut fresh = sqlite::Connection::open_in_memory(&OpenOptions::new(OpenMode::Create))?;
    let mut runner = Runner {
        host: &mut NoPartitions as &mut dyn Host,
        seal: Seal {
            key: &key,
            vault: &[],
        },
        now: "2000-01-01 00:00:00.000",
        tool: "",
        event: &mut |_| (),
    };
    runner.up(&mut fresh, steps)?;
    copy_months(&mut fresh, &months)?;
    Ok(Schema::read(&mut fresh)?)
}
