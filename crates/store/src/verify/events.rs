//! Security events whose fields no build writes.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_domain::{Resolution, SecurityKind, Severity, UserId};
use privatus_schema::{Flag, LimitLiteral, SqlInt, SqlText, TimeText, security_events};

use super::origin::Foreign;
use super::{BATCH, Verification};
use crate::db::at_most::ascends;
use crate::error::StoreError;
use crate::tx::ReadTx;

/// A row, without what is sealed of it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = security_events, check_for_backend(Sqlite))]
struct EventRow {
    event_id: SqlInt,
    timestamp: Option<TimeText>,
    event_type: SqlText,
    severity: SqlText,
    source_ip: Option<SqlText>,
    user_id: Option<SqlText>,
    description: Option<SqlText>,
    resolved: Option<Flag>,
    resolved_at: Option<TimeText>,
    resolution: Option<SqlText>,
}

impl EventRow {
    /// What of it no build writes.
    fn strange(&self) -> Option<&'static str> {
        let is_user = |user: &SqlText| UserId::new(&user.0).is_ok();
        let is_resolution = |text: &SqlText| Resolution::new(&text.0).is_ok();
        let is_resolved = self.resolved.unwrap_or_default().0;
        let checks = [
            (self.event_id.0 > 0, "number"),
            (self.timestamp.as_ref().is_some_and(is_time), "time"),
            (self.event_type.0.parse::<SecurityKind>().is_ok(), "type"),
            (self.severity.0.parse::<Severity>().is_ok(), "severity"),
            (self.source_ip.is_none(), "address"),
            (self.user_id.as_ref().is_none_or(is_user), "user"),
            (
                self.description.as_ref().is_some_and(|text| !text.0.is_empty()),
                "description",
            ),
            (
                is_resolved == self.resolved_at.is_some() && self.resolved_at.as_ref().is_none_or(is_time),
                "time of its resolution",
            ),
            (
                is_resolved == self.resolution.is_some()
                    && self.resolution.as_ref().is_none_or(is_resolution),
                "resolution",
            ),
        ];
        checks.into_iter().find(|(holds, _)| !holds).map(|(_, what)| what)
    }
}

fn is_time(text: &TimeText) -> bool {
    privatus_domain::Timestamp::parse(&text.0).is_ok()
}

impl ReadTx<'_> {
    /// Of rows of another application, which stand as they are, only what no row can have.
    pub(super) fn verify_events(
        &mut self,
        found: &mut Verification,
        foreign: &Foreign,
    ) -> Result<(), StoreError> {
        let mut after = i64::MIN;
        loop {
            let (rows, last) = self.events_behind(after)?;
            let Some(last) = last else {
                return Ok(());
            };
            ascends(&after, &last, "check the security events")?;
            after = last;
            for row in rows {
                let date = row.timestamp.as_ref().map(|at| at.0.as_str());
                let is_foreign = foreign.may_have(date);
                let strange = row.strange().filter(|what| !is_foreign || *what == "severity");
                if let Some(what) = strange {
                    let id = row.event_id.0;
                    found.problem(format!("security event {id} has a {what} that no build writes"));
                }
            }
        }
    }

    /// The events behind a number, and the last number seen. One with a value of another kind is named with the values, and
    /// the others are read.
    fn events_behind(&mut self, after: i64) -> Result<(Vec<EventRow>, Option<i64>), StoreError> {
        let doing = "check the security events";
        let behind = || {
            security_events::table
                .filter(security_events::event_id.gt(SqlInt(after)))
                .order(security_events::event_id)
        };
        let read = self.db.ask(doing, |db| {
            let rows = behind().select(EventRow::as_select());
            rows.limit_literal(BATCH).load(db)
        });
        match read {
            Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => {}
            read => {
                let rows: Vec<EventRow> = read?;
                let last = rows.last().map(|row| row.event_id.0);
                return Ok((rows, last));
            }
        }
        let numbers: Vec<SqlInt> = self.db.ask(doing, |db| {
            let numbers = behind().select(security_events::event_id);
            numbers.limit_literal(BATCH).load(db)
        })?;
        let last = numbers.last().map(|number| number.0);
        let mut rows = Vec::with_capacity(numbers.len());
        for number in numbers {
            let row = self.db.ask(doing, |db| {
                let row = security_events::table.find(number);
                row.select(EventRow::as_select()).get_result(db)
            });
            match row {
                Ok(row) => rows.push(row),
                Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => {}
                Err(error) => return Err(error),
            }
        }
        Ok((rows, last))
    }
}
