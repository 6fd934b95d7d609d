//! Runs SQLite's and SQLCipher's own checks of the file, and of the references between tables.

use super::{Verification, VerifyProgress};
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::ReadTx;

impl ReadTx<'_> {
    pub(super) fn verify_references(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        // Not as a table-valued function, because a planted table may have that name.
        let sql = Sql::new("PRAGMA main.foreign_key_check");
        type Reference = (String, Option<i64>, String);
        for (table, _, parent) in self.db.rows::<Reference>(sql, "check the references")? {
            found.problem(format!("a row of {table} points at a missing row of {parent}"));
        }
        Ok(())
    }

    /// Returns whether SQLite finds every used page intact, in the log or in the file.
    pub(super) fn reads_whole(&mut self) -> bool {
        let sql = Sql::new("PRAGMA integrity_check");
        let lines: Result<Vec<String>, _> = self.db.rows(sql, "check the database");
        lines.is_ok_and(|lines| lines == ["ok"])
    }

    /// Runs one of SQLite's own checks; every line except "ok" is a problem.
    pub(super) fn verify_file(
        &mut self,
        pragma: &str,
        step: &'static str,
        found: &mut Verification,
        total: u64,
        progress: &mut dyn FnMut(VerifyProgress),
    ) -> Result<(), StoreError> {
        progress(VerifyProgress { step, done: 0, total });
        let lines: Vec<String> = self
            .db
            .rows(Sql::new(format!("PRAGMA {pragma}")), "check the database")?;
        let (unused, problems): (Vec<String>, Vec<String>) = lines
            .into_iter()
            .filter(|line| line != "ok")
            .partition(|line| line.starts_with("Page ") && line.ends_with(": never used"));
        found.unused_pages += u64::try_from(unused.len()).unwrap_or_default();
        problems.into_iter().for_each(|line| found.problem(line));
        Ok(())
    }
}
