//! Checks for security events with fields that no build writes.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_domain::Severity;
use privatus_schema::{Flag, LimitLiteral, SqlInt, SqlText, TimeText, security_events};

use super::origin::Foreign;
use super::{BATCH, Verification};
use crate::audit::security_events::strange::EventValues;
use crate::db::at_most::follows;
use crate::error::StoreError;
use crate::tx::ReadTx;

/// A row, without its sealed data.
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
    /// Returns the first field that no build writes.
    fn strange(&self) -> Option<&'static str> {
        fn text(text: Option<&SqlText>) -> Option<&str> {
            text.map(|text| text.0.as_str())
        }
        let mut strange = EventValues {
            event_id: self.event_id.0,
            is_dated: self.timestamp.as_ref().is_some_and(is_time),
            event_type: &self.event_type.0,
            has_address: self.source_ip.is_some(),
            user_id: text(self.user_id.as_ref()),
            description: text(self.description.as_ref()),
            resolved: self.resolved.unwrap_or_default().0,
            is_resolution_dated: self.resolved_at.is_some(),
            resolution: text(self.resolution.as_ref()),
        }
        .strange();
        if self.severity.0.parse::<Severity>().is_err() {
            strange.insert(0, "severity");
        }
        if self.resolved_at.as_ref().is_some_and(|at| !is_time(at)) {
            strange.push("resolved_at");
        }
        strange.first().map(|column| match *column {
            "event_id" => "number",
            "timestamp" => "time",
            "event_type" => "type",
            "source_ip" => "network address",
            "user_id" => "user",
            "resolved_at" => "time of its resolution",
            other => other,
        })
    }
}

fn is_time(text: &TimeText) -> bool {
    privatus_domain::Timestamp::parse(&text.0).is_ok()
}

impl ReadTx<'_> {
    /// Reports such events. Those of another application are allowed to differ, except in what no row can have.
    pub(super) fn verify_events(
        &mut self,
        found: &mut Verification,
        foreign: &Foreign,
    ) -> Result<(), StoreError> {
        let mut from = i64::MIN;
        loop {
            let (rows, last) = self.events_from(from)?;
            let Some(last) = last else {
                return Ok(());
            };
            let next = follows(from, last, "check the security events")?;
            for row in rows {
                let date = row.timestamp.as_ref().map(|at| at.0.as_str());
                let is_foreign = foreign.may_have(date);
                let strange = row.strange().filter(|what| !is_foreign || *what == "severity");
                if let Some(what) = strange {
                    let id = row.event_id.0;
                    found.problem(format!("security event {id} has a {what} that no build writes"));
                }
            }
            match next {
                Some(next) => from = next,
                None => return Ok(()),
            }
        }
    }

    /// Returns the events from a number on, and the last number seen. An event with a value of the wrong type is
    /// reported with the values; the others are read.
    fn events_from(&mut self, from: i64) -> Result<(Vec<EventRow>, Option<i64>), StoreError> {
        let doing = "check the security events";
        let events = || {
            security_events::table
                .filter(security_events::event_id.ge(SqlInt(from)))
                .order(security_events::event_id)
        };
        let read = self.db.ask(doing, |db| {
            let rows = events().select(EventRow::as_select());
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
            let numbers = events().select(security_events::event_id);
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
