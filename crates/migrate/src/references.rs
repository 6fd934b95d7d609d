//! Dangling references: a step must not add any.

use std::collections::BTreeMap;

use privatus_sqlite::{Connection, SqliteError};

use crate::error::MigrateError;
use crate::read::{self, quoted};

/// How many rows of each table refer to a missing row of another; `None` if SQLite cannot check a table because its
/// reference is not to a key.
#[derive(Debug)]
pub(crate) struct Dangling(BTreeMap<String, Option<BTreeMap<String, u64>>>);

impl Dangling {
    /// Asks SQLite for one table at a time: a table that cannot be checked must not hide the others.
    pub(crate) fn find(db: &mut Connection) -> Result<Self, SqliteError> {
        let mut found = BTreeMap::new();
        for table in read::tables(db)? {
            // Not as a table-valued function: a table may have that name.
            let sql = format!("PRAGMA main.foreign_key_check({})", quoted(&table));
            let parents = read::rows(db, &sql, &[], |row| row.text(2).unwrap_or_default());
            let counted = parents.ok().map(|parents| {
                let mut counts = BTreeMap::new();
                parents
                    .into_iter()
                    .for_each(|parent| *counts.entry(parent).or_default() += 1);
                counts
            });
            found.insert(table, counted);
        }
        Ok(Self(found))
    }

    /// Refuses more dangling references than before; ones that existed before must not block an upgrade.
    pub(crate) fn check(&self, db: &mut Connection, step: &str) -> Result<(), MigrateError> {
        let broken = |what: String| {
            Err(MigrateError::Broken {
                step: step.into(),
                what,
            })
        };
        for (child, after) in Self::find(db)?.0 {
            let before = self.0.get(&child);
            let Some(after) = after else {
                if matches!(before, Some(None)) {
                    continue;
                }
                return broken(format!("{child} refers to something that is not a key"));
            };
            let before = before.cloned().flatten().unwrap_or_default();
            for (parent, rows) in after {
                let known = before.get(&parent).copied().unwrap_or(0);
                if rows > known {
                    return broken(format!(
                        "it leaves rows of {child} without their {parent}: {}",
                        rows - known
                    ));
                }
            }
        }
        Ok(())
    }
}
