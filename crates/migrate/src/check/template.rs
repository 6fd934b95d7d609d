//! Parts of the template that months do not get: an index under another name, a trigger.

use std::collections::BTreeSet;

use privatus_sqlite::{Connection, Value};

use super::bench::Bench;
use super::fault::{Fault, of_step};
use crate::read;

/// Indexes that may exist on the template alone, `(index, reason)`.
pub(super) struct Alone<'a> {
    excused: &'a [(&'a str, &'a str)],
    used: BTreeSet<&'a str>,
}

impl<'a> Alone<'a> {
    pub(super) fn new(excused: &'a [(&'a str, &'a str)]) -> Self {
        Self {
            excused,
            used: BTreeSet::new(),
        }
    }

    /// Refuses an index whose name lacks the template's name, because no month would get it, and any trigger, for the
    /// same reason.
    pub(super) fn check(
        &mut self,
        bench: &mut Bench<'_>,
        db: &mut Connection,
        step: &str,
    ) -> Result<(), Fault> {
        let template = bench.world.partitions(db)?.template;
        let sql = "SELECT type, name FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name = ? \
                   AND (type = 'trigger' OR type = 'index' AND instr(name, tbl_name) = 0) ORDER BY name";
        let found = read::rows(db, sql, &[Value::Text(&template)], |row| {
            Some((row.text(0)?, row.text(1)?))
        })?;
        for (kind, name) in found.into_iter().flatten() {
            match self.excused.iter().find(|(excused, _)| *excused == name) {
                Some((excused, _)) if kind == "index" => self.used.insert(excused),
                _ if kind == "index" => {
                    let what = format!(
                        "index {name} exists only on {template}: months get it only if its name contains {template}"
                    );
                    return Err(of_step(step, what));
                }
                _ => {
                    let what = format!("{kind} {name} is on {template}, which has no rows: no month gets it");
                    return Err(of_step(step, what));
                }
            };
        }
        Ok(())
    }

    /// Refuses an exception that no step needed.
    pub(super) fn end(&self) -> Result<(), Fault> {
        match self.excused.iter().find(|(name, _)| !self.used.contains(name)) {
            None => Ok(()),
            Some((name, _)) => Err(Fault::Schema(format!(
                "index {name} has an exception for existing only on the template, but does not need it"
            ))),
        }
    }
}
