//! Sizes, counts and numbers that cannot be. No column of them is under a seal: whoever can write the database can write
//! any, and a sum over them goes wrong.

use std::collections::BTreeSet;

use super::columns::{Check, Of, checks};
use super::limits;
use super::origin::Foreign;
use super::{LISTED, Verification};
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::ReadTx;

/// The condition that a row of this date is not foreign; a time is bound where there is one.
pub(super) fn not_foreign(of: Of, foreign: &Foreign) -> (String, Option<&str>) {
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
        let mut places = self.values_unread(foreign)?;
        for check in checks().into_iter().chain(limits::checks()) {
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
            places.extend(
                rows.into_iter()
                    .map(|row| format!("{table}.{column} of row {row}")),
            );
        }
        // A value of another kind is none of the sizes either: it is told once.
        let mut told = BTreeSet::new();
        for place in places {
            if told.insert(place.clone()) {
                found.problem(format!("{place} is a value that cannot be"));
            }
        }
        self.verify_figures(found, foreign)
    }

    /// The store's own figures of transactions, which `stats` adds up.
    fn verify_figures(&mut self, found: &mut Verification, foreign: &Foreign) -> Result<(), StoreError> {
        for (row, date) in self.figures_strange()? {
            if !foreign.may_have(date.as_deref()) {
                found.problem(format!(
                    "performance_metrics.metadata of row {row} is a value that cannot be"
                ));
            }
        }
        Ok(())
    }
}
