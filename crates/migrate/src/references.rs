//! References that point nowhere: a step may leave none that was not there before.

use std::collections::BTreeMap;

use privatus_sqlite::{Connection, SqliteError};

use crate::error::MigrateError;
use crate::read;

/// How many rows of each table refer to a missing row of another.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Dangling(BTreeMap<(String, String), u64>);

impl Dangling {
    /// Asks SQLite (`PRAGMA foreign_key_check`).
    pub(crate) fn find(db: &mut Connection) -> Result<Self, SqliteError> {
        let mut found = BTreeMap::new();
        let rows = read::rows(db, "PRAGMA foreign_key_check", &[], |row| {
            (
                read::text(row, 0).unwrap_or_default(),
                read::text(row, 2).unwrap_or_default(),
            )
        })?;
        for pair in rows {
            *found.entry(pair).or_default() += 1;
        }
        Ok(Self(found))
    }

    /// Refuses more than there were: what was broken before must not keep a history from its upgrade.
    pub(crate) fn check(&self, db: &mut Connection, step: &str) -> Result<(), MigrateError> {
        let after = Self::find(db)?;
        for ((child, parent), rows) in &after.0 {
            let before = self.0.get(&(child.clone(), parent.clone())).copied().unwrap_or(0);
            if *rows > before {
                return Err(MigrateError::Broken {
                    step: step.into(),
                    what: format!(
                        "it leaves {} rows of {child} without their {parent}",
                        rows - before
                    ),
                });
            }
        }
        Ok(())
    }
}
