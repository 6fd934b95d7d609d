//! What belongs to the template and comes into no month: an index under another name, a trigger.

use std::collections::BTreeSet;

use privatus_sqlite::{Connection, Value};

use super::bench::Bench;
use super::fault::{Fault, of_step};
use crate::read;

/// Indexes that may stand on the template alone, `(index, reason)`.
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

    /// Refuses an index whose name lacks the template's: no month ever gets it. Nor does one get a trigger.
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
                        "index {name} stands on {template} alone: no month has it without {template} in its name"
                    );
                    return Err(of_step(step, what));
                }
                _ => {
                    let what =
                        format!("{kind} {name} stands on {template}, which has no rows: no month has it");
                    return Err(of_step(step, what));
                }
            };
        }
        Ok(())
    }

    /// Refuses an excuse that no step needed.
    pub(super) fn end(&self) -> Result<(), Fault> {
        match self.excused.iter().find(|(name, _)| !self.used.contains(name)) {
            None => Ok(()),
            Some((name, _)) => Err(Fault::Schema(format!(
                "index {name} is excused for standing on the template alone, and does not"
            ))),
        }
    }
}
