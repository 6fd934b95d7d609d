//! Index names: a name always refers to the same index, unless an exception gives a reason.

use std::collections::{BTreeMap, BTreeSet};

use privatus_sqlite::{Connection, SqliteError};

use super::fault::{Fault, of_step};
use crate::read;

/// The index names before a step, and all names so far.
pub(super) struct Kept<'a> {
    excused: &'a [(&'a str, &'a str)],
    used: BTreeSet<&'a str>,
    /// Index and table, for every step so far.
    known: BTreeMap<String, String>,
}

impl<'a> Kept<'a> {
    pub(super) fn new(excused: &'a [(&'a str, &'a str)]) -> Self {
        Self {
            excused,
            used: BTreeSet::new(),
            known: BTreeMap::new(),
        }
    }

    /// Records the names before a step, including those of months that a sample created.
    pub(super) fn note_before(&mut self, db: &mut Connection) -> Result<(), SqliteError> {
        self.known.extend(named(db)?);
        Ok(())
    }

    /// Refuses an index that disappeared or moved to another table; returns the number of indexes.
    pub(super) fn check(&mut self, db: &mut Connection, step: &str) -> Result<usize, Fault> {
        let found = named(db)?;
        for (name, table) in &self.known {
            let how = match found.get(name) {
                Some(now) if now == table => continue,
                Some(now) => format!("was on {table} and is now on {now}"),
                None => format!("of {table} is gone"),
            };
            match self.excused.iter().find(|(excused, _)| *excused == name.as_str()) {
                Some((excused, _)) => self.used.insert(excused),
                None => return Err(of_step(step, format!("index {name} {how}"))),
            };
        }
        self.known.extend(found.clone());
        Ok(found.len())
    }

    /// Refuses an exception that no step needed.
    pub(super) fn end(&self) -> Result<(), Fault> {
        let idle = self.excused.iter().find(|(name, _)| !self.used.contains(name));
        match idle {
            None => Ok(()),
            Some((name, _)) => Err(Fault::Schema(format!(
                "index {name} has an exception for being dropped, but still exists"
            ))),
        }
    }
}

/// Every index with an explicit name, and its table. SQLite's index names are unique within a database.
fn named(db: &mut Connection) -> Result<BTreeMap<String, String>, SqliteError> {
    let sql = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL";
    let rows = read::rows(db, sql, &[], |row| Some((row.text(0)?, row.text(1)?)))?;
    Ok(rows.into_iter().flatten().collect())
}
