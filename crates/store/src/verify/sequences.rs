//! Checks SQLite's counters for numbers that are assigned once.

use super::Verification;
use crate::error::StoreError;
use crate::tx::ReadTx;

impl ReadTx<'_> {
    pub(super) fn verify_sequences(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        for counter in self.counters_altered()? {
            let (table, why) = (counter.table, counter.why);
            found.problem(format!("SQLite's counter of {table} {why}: it was altered"));
        }
        Ok(())
    }
}
