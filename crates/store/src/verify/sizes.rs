//! Sizes, counts and numbers that cannot be. No column of them is under a seal: whoever can write the database can write
//! any, and a sum over them goes wrong.

use super::columns::{Check, Of, checks};
use super::origin::Foreign;
use super::{LISTED, Verification};
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::ReadTx;

/// The condition that a row of this date is not foreign; a time is bound where there is one.
fn not_foreign(of: Of, foreign: &Foreign) -> (String, Option<&str>) {
    match (of, foreign) {
        (Of::Anybody, _) | (Of::Builds(_), Foreign::Nothing) => ("TRUE".into(), None),
        (Of::Builds(_), Foreign::Anything) => ("FALSE".into(), None),
        (Of::Builds(date), Foreign::UpTo { at, undated }) => {
            let day = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*";
            let sql = format!(
                "CASE WHEN typeof({date}) = 'text' AND {date} GLOB '{day}' THEN {date} > ? ELSE NOT {undated} END"
            );
            (sql, Some(at))
        }
    }
}

impl ReadTx<'_> {
    /// Tells each row with its column; the values are not shown.
    pub(super) fn verify_sizes(
        &mut self,
        found: &mut Verification,
        foreign: &Foreign,
    ) -> Result<(), StoreError> {
        for check in checks() {
            let Check {
                table,
                column,
                wrong,
                of,
            } = check;
            let (is_ours, at) = not_foreign(of, foreign);
            let mut sql = Sql::new(format!(
                "SELECT rowid FROM {table} WHERE ({wrong}) AND {is_ours} ORDER BY rowid LIMIT {LISTED}"
            ));
            if let Some(at) = at {
                sql = sql.bind(at);
            }
            let rows: Vec<i64> = self.db.rows(sql, "check the sizes")?;
            for row in rows {
                found.problem(format!("{table}.{column} of row {row} is a value that cannot be"));
            }
        }
        Ok(())
    }
}
