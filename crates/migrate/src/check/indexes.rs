//! Names of indexes: one name means one index for ever, unless a reason is given.

use std::collections::{BTreeMap, BTreeSet};

use privatus_sqlite::{Connection, SqliteError};

use super::fault::{Fault, of_step};
use crate::read;

/// The names of a database before a step, and those that ever were.
pub(super) struct Kept<'a> {
    excused: &'a [(&'a str, &'a str)],
    used: BTreeSet<&'a str>,
    /// Index and table, of every step so far.
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

    /// Notes the names before a step: those of months that a sample made are among them.
    pub(super) fn note_before(&mut self, db: &mut Connection) -> Result<(), SqliteError> {
        self.known.extend(named(db)?);
        Ok(())
    }

    /// Refuses an index that is gone or became another table's; gives how many there are.
    pub(super) fn check(&mut self, db: &mut Connection, step: &str) -> Result<usize, Fault> {
        let found = named(db)?;
        for (name, table) in &self.known {
            let how = match found.get(name) {
                Some(now) if now == table => continue,
                Some(now) => format!("was one of {table} and is one of {now}"),
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

    /// Refuses an excuse that no step needed.
    pub(super) fn end(&self) -> Result<(), Fault> {
        let idle = self.excused.iter().find(|(name, _)| !self.used.contains(name));
        match idle {
            None => Ok(()),
            Some((name, _)) => Err(Fault::Schema(format!(
                "index {name} is excused for being dropped, and stands"
            ))),
        }
    }
}

/// Each index that has a name of its own, and its table. SQLite keeps the names of a database apart from each other.
fn named(db: &mut Connection) -> Result<BTreeMap<String, String>, SqliteError> {
    let sql = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL";
    let rows = read::rows(db, sql, &[], |row| Some((row.text(0)?, row.text(1)?)))?;
    Ok(rows.into_iter().flatten().collect())
}
