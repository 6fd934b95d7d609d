//! Checks for impossible sizes, counts and numbers. None of these columns is sealed, so anyone who can write to the
//! database can put any value there, and a sum over them would be wrong.

use std::collections::BTreeSet;

use super::columns::{Check, Of, checks};
use super::limits;
use super::origin::Foreign;
use super::{LISTED, Verification};
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::ReadTx;

/// Returns the condition that a row with this date is not foreign, and the time to bind, if there is one.
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
    /// Reports each row with its column, without showing the values.
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
        // A value of the wrong type is also not a valid size; report it once.
        let mut told = BTreeSet::new();
        for place in places {
            if told.insert(place.clone()) {
                found.problem(format!("{place} has an impossible value"));
            }
        }
        self.verify_figures(found, foreign)
    }

    /// Checks the store's own figures on transactions, which `stats` adds up.
    fn verify_figures(&mut self, found: &mut Verification, foreign: &Foreign) -> Result<(), StoreError> {
        for (row, date) in self.figures_strange()? {
            if !foreign.may_have(date.as_deref()) {
                found.problem(format!(
                    "performance_metrics.metadata of row {row} has an impossible value"
                ));
            }
        }
        Ok(())
    }
}
