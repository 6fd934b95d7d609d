//! Rows before a step and after it: none is lost that the step does not declare.

use std::collections::BTreeMap;

use privatus_sqlite::{Connection, SqliteError};

use crate::error::MigrateError;
use crate::read::{self, quoted};

/// The rows of each table, and what a step declares of them.
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
            // Declared in words that give no number: none that a table has.
            expected.insert(table.to_owned(), read::number(db, sql)?.unwrap_or(-1));
        }
        Ok(Self { before, expected })
    }

    /// The rows of some tables before the step.
    pub(crate) fn of(&self, tables: &[String]) -> u64 {
        let rows = tables.iter().filter_map(|table| self.before.get(table));
        u64::try_from(rows.sum::<i64>()).unwrap_or(0)
    }

    /// Compares with the tables as they are now. A table that is gone may have had no rows, unless `may_drop`: then the
    /// caller was told before.
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
                    return broken(format!("{table} is gone, and it declares rows of it"));
                }
                None if *before > 0 && expected.is_none() && !may_drop => {
                    return broken(format!(
                        "{table} is gone with {before} rows that it does not declare"
                    ));
                }
                None => {}
                Some(found) => {
                    let expected = expected.unwrap_or(*before);
                    if *found != expected {
                        return broken(format!(
                            "{table} has {found} rows after it, {expected} are expected"
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
                    "{table} has {found} rows after it, {expected} are expected"
                ));
            }
        }
        Ok(())
    }
}

/// The rows of every table.
pub(crate) fn count_all(db: &mut Connection) -> Result<BTreeMap<String, i64>, SqliteError> {
    let mut counts = BTreeMap::new();
    for table in read::tables(db)? {
        let rows = read::number(db, &format!("SELECT count(*) FROM {}", quoted(&table)))?.unwrap_or(0);
        counts.insert(table, rows);
    }
    Ok(counts)
}
