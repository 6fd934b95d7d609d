//! Writing events. Many failures by one user cause one additional event; after that, not every failure gets
//! its own.

use diesel::prelude::*;
use privatus_domain::{MANY_FAILURES, NewSecurityEvent, SecurityKind, Severity};
use privatus_schema::{Flag, LimitLiteral, SqlBlob, SqlInt, SqlText, SqlTime, security_events};
use serde_json::json;

use super::many_failures::window_before;
use crate::audit::numbers::event_floor;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// How many similar events have their details opened and compared.
const ALIKE: u32 = 100;

/// A new, unresolved event.
#[derive(Insertable)]
#[diesel(table_name = security_events, treat_none_as_default_value = false)]
struct NewEventRow<'a> {
    event_id: SqlInt,
    timestamp: SqlTime,
    event_type: SqlText<&'a str>,
    severity: SqlText<&'a str>,
    user_id: Option<SqlText<&'a str>>,
    description: SqlText<&'a str>,
    raw_data: Option<SqlBlob>,
}

impl WriteTx<'_> {
    /// Writes a security event. It records the session's bound user, or, in a session without one, the user that the
    /// event names. Many failures cause one more event; after that, refusals of the same user get no events until the
    /// window is over. The audit log has every one of them.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn security_event(&mut self, event: &NewSecurityEvent) -> Result<(), StoreError> {
        let user = self.user.as_ref().or(event.user.as_ref());
        let user = user.map(ToString::to_string);
        let is_failure = matches!(
            event.kind,
            SecurityKind::Authentication | SecurityKind::AccessRefused
        );
        if !is_failure {
            return self.security_event_write(event, user.as_deref());
        }
        let since = window_before(event.at);
        if self.security_event_since(SecurityKind::ManyFailures, user.as_deref(), since)? {
            return match event.kind {
                // Failed unlocks were counted while the vault was closed, and are never left out.
                SecurityKind::Authentication => self.security_event_write(event, user.as_deref()),
                _ => Ok(()),
            };
        }
        self.security_event_write(event, user.as_deref())?;
        let failures = self.failures_within_window(event.at, user.as_deref())?;
        if failures < MANY_FAILURES {
            return Ok(());
        }
        let many = NewSecurityEvent {
            at: event.at,
            kind: SecurityKind::ManyFailures,
            severity: Severity::High,
            user: event.user.clone(),
            description: format!("{MANY_FAILURES} or more failures within 10 minutes"),
            raw_data: Some(json!({ "failures": failures, "since": since.to_rfc3339() }).into()),
        };
        self.security_event_write(&many, user.as_deref())
    }

    /// Writes a security event unless there is an unresolved one that says the same, including its sealed details. A
    /// planted or an earlier event with other details therefore hides nothing. Returns whether the event was written.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(crate) fn security_event_once(&mut self, event: &NewSecurityEvent) -> Result<bool, StoreError> {
        if self.security_event_stands(event)? {
            return Ok(false);
        }
        self.security_event(event)?;
        Ok(true)
    }

    /// Whether one of the newest thousand events says the same. There is no index for this, but numbers are assigned in
    /// order.
    fn security_event_stands(&mut self, event: &NewSecurityEvent) -> Result<bool, StoreError> {
        let floor = event_floor(self.security_event_number()?);
        let alike = self.db.ask("look for a security event", |db| {
            security_events::table
                .filter(security_events::event_id.gt(SqlInt(floor)))
                .filter(security_events::event_type.eq(SqlText(event.kind.as_str())))
                .filter(security_events::severity.eq(SqlText(event.severity.as_str())))
                .filter(security_events::description.eq(SqlText(event.description.as_str())))
                .filter(
                    security_events::resolved
                        .is_null()
                        .or(security_events::resolved.eq(Flag(false))),
                )
                .order(security_events::event_id.desc())
                .select((security_events::event_id, security_events::raw_data))
                .limit_literal(ALIKE)
                .load(db)
        });
        let alike: Vec<(SqlInt, Option<SqlBlob>)> = match alike {
            // If one of them cannot be read, the event is written rather than lost.
            Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => return Ok(false),
            alike => alike?,
        };
        let said = event.raw_data.as_ref().map(|raw| raw.as_str().as_bytes());
        for (id, sealed) in alike {
            let row_id = id.0.to_le_bytes();
            let open = |sealed: &SqlBlob| self.open_value("security_events", "raw_data", &row_id, &sealed.0);
            match sealed.as_ref().map(open).transpose() {
                Ok(found) if found.as_deref().map(Vec::as_slice) == said => return Ok(true),
                // A different event, or a planted one.
                Ok(_) => {}
                Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }

    /// Writes the event's row, whatever other events there are.
    fn security_event_write(
        &mut self,
        event: &NewSecurityEvent,
        user: Option<&str>,
    ) -> Result<(), StoreError> {
        let id = self.security_event_number()?;
        let row_id = id.to_le_bytes();
        let raw = event.raw_data.as_ref().map(|raw| raw.as_str().as_bytes());
        let seal = |raw| self.seal_value("security_events", "raw_data", &row_id, raw);
        let sealed = raw.map(seal).transpose()?;
        let row = NewEventRow {
            event_id: SqlInt(id),
            timestamp: SqlTime(event.at.to_sql()),
            event_type: SqlText(event.kind.as_str()),
            severity: SqlText(event.severity.as_str()),
            user_id: user.map(SqlText),
            description: SqlText(&event.description),
            raw_data: sealed.map(SqlBlob),
        };
        self.db.ask_one("write a security event", |db| {
            diesel::insert_into(security_events::table)
                .values(&row)
                .execute(db)
        })
    }
}
