//! Row counts before and after a step: no row may be lost unless the step declares it.

use std::collections::BTreeMap;

use privatus_sqlite::{Connection, SqliteError};

use crate::error::MigrateError;
use crate::read::{self, quoted};

/// The row counts of each table, and those that a step declares.
#[derive(Debug)]
pub(crate) struct Counts {
    before: BTreeMap<String, i64>,
    expected: BTreeMap<String, i64>,
}

impl Counts {
    /// Counts every table, and evaluates what the step declares, `(table, SQL)`.
    pub(crate) fn take<'a>(
        db: &mut Connection,
        declared: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, SqliteError> {
        let before = count_all(db)?;
        let mut expected = BTreeMap::new();
        for (table, sql) in declared {
            // A declaration that does not evaluate to a number matches no table.
            expected.insert(table.to_owned(), read::number(db, sql)?.unwrap_or(-1));
        }
        Ok(Self { before, expected })
    }

    /// The row counts of some tables before the step.
    pub(crate) fn of(&self, tables: &[String]) -> u64 {
        let rows = tables.iter().filter_map(|table| self.before.get(table));
        u64::try_from(rows.sum::<i64>()).unwrap_or(0)
    }

    /// Compares with the present tables. A dropped table must have been empty, unless `may_drop` is set: the caller
    /// was then told earlier.
    pub(crate) fn check(&self, db: &mut Connection, step: &str, may_drop: bool) -> Result<(), MigrateError> {
        let after = count_all(db)?;
        let broken = |what: String| {
            Err(MigrateError::Broken {
                step: step.into(),
                what,
            })
        };
        for (table, before) in &self.before {
            let expected = self.expected.get(table).copied();
            match after.get(table) {
                None if expected.is_some_and(|rows| rows != 0) => {
                    return broken(format!(
                        "{table} was dropped, although the step declares rows of it"
                    ));
                }
                None if *before > 0 && expected.is_none() && !may_drop => {
                    return broken(format!(
                        "{table} was dropped with rows that the step does not declare ({before})"
                    ));
                }
                None => {}
                Some(found) => {
                    let expected = expected.unwrap_or(*before);
                    if *found != expected {
                        return broken(format!(
                            "rows of {table} after the step: {found}, expected: {expected}"
                        ));
                    }
                }
            }
        }
        for (table, expected) in self
            .expected
            .iter()
            .filter(|(table, _)| !self.before.contains_key(*table))
        {
            let found = after.get(table).copied().unwrap_or(0);
            if found != *expected {
                return broken(format!(
                    "rows of {table} after the step: {found}, expected: {expected}"
                ));
            }
        }
        Ok(())
    }
}

/// The row counts of every table.
pub(crate) fn count_all(db: &mut Connection) -> Result<BTreeMap<String, i64>, SqliteError> {
    let mut counts = BTreeMap::new();
    for table in read::tables(db)? {
        let rows = read::number(db, &format!("SELECT count(*) FROM {}", quoted(&table)))?.unwrap_or(0);
        counts.insert(table, rows);
    }
    Ok(counts)
}
