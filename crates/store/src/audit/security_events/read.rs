//! Listing and finding events.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_domain::{
    JsonText, Permission, Resource, ResourceKind, SecurityError, SecurityEvent, SecurityFilter, Severity,
};
use privatus_schema::{Flag, LimitLiteral, SqlBlob, SqlInt, SqlText, SqlTime, security_events};

use super::unread::is_lost;
use crate::db::decode::stored_time;
use crate::error::{Missing, StoreError};
use crate::tx::ReadTx;

/// A row of `security_events`.
#[derive(Queryable, Selectable)]
#[diesel(table_name = security_events, check_for_backend(Sqlite))]
struct EventRow {
    event_id: SqlInt,
    timestamp: Option<SqlTime>,
    event_type: SqlText,
    severity: SqlText,
    user_id: Option<SqlText>,
    description: Option<SqlText>,
    raw_data: Option<SqlBlob>,
    resolved: Option<Flag>,
    resolved_at: Option<SqlTime>,
    resolution: Option<SqlText>,
}

impl ReadTx<'_> {
    /// Returns the newest `limit` events that pass the filter, newest first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn security_events(
        &mut self,
        filter: &SecurityFilter,
        limit: usize,
    ) -> Result<Vec<SecurityEvent>, StoreError> {
        self.permit(&Resource::every(ResourceKind::Security), Permission::Read)?;
        let before = SqlInt(filter.before.unwrap_or(i64::MAX));
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let rows = self.db.ask("list security events", |db| {
            let mut query = security_events::table
                .filter(security_events::event_id.lt(before))
                .order(security_events::event_id.desc())
                .select(EventRow::as_select())
                .into_boxed();
            if let Some(least) = filter.severity.filter(|least| *least != Severity::Low) {
                query = query.filter(security_events::severity.eq_any(from_severity(least)));
            }
            if let Some(kind) = filter.kind {
                query = query.filter(security_events::event_type.eq(SqlText(kind.as_str())));
            }
            if filter.unresolved_only {
                query = query.filter(
                    security_events::resolved
                        .is_null()
                        .or(security_events::resolved.eq(Flag(false))),
                );
            }
            query.limit_literal(limit).load(db)
        })?;
        rows.into_iter().map(|row| self.security_row(row)).collect()
    }

    /// Returns the event with this number.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn security_event_by_id(&mut self, event_id: i64) -> Result<SecurityEvent, StoreError> {
        self.permit(&Resource::of(ResourceKind::Security, event_id), Permission::Read)?;
        self.security_event_find(event_id)
    }

    pub(super) fn security_event_find(&mut self, event_id: i64) -> Result<SecurityEvent, StoreError> {
        let row = self.db.ask("find a security event", |db| {
            security_events::table
                .find(SqlInt(event_id))
                .select(EventRow::as_select())
                .get_result(db)
                .optional()
        })?;
        let missing = || Missing::SecurityEvent(event_id);
        self.security_row(row.ok_or_else(missing)?)
    }

    fn security_row(&mut self, row: EventRow) -> Result<SecurityEvent, StoreError> {
        let number = row.event_id.0;
        self.security_decode(row)
            .map_err(|error| error.of_row(&format!("security event {number}")))
    }

    fn security_decode(&mut self, row: EventRow) -> Result<SecurityEvent, StoreError> {
        let event_id = row.event_id.0;
        let row_id = event_id.to_le_bytes();
        let open = |raw: SqlBlob| self.open_value("security_events", "raw_data", &row_id, &raw.0);
        // An event whose details are lost is still listed, and marked as such.
        let (raw, details_lost) = match row.raw_data.map(open).transpose() {
            Ok(Some(raw)) if is_lost(&raw) => (None, true),
            Ok(raw) => (raw, false),
            Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => (None, true),
            Err(error) => return Err(error),
        };
        // Another application's details may not be JSON; they are then shown as text.
        let raw_data = raw.map(|raw| {
            let text = String::from_utf8_lossy(&raw);
            JsonText::new(&text).unwrap_or_else(|_| serde_json::Value::String(text.into_owned()).into())
        });
        let severity = row.severity.0.parse();
        Ok(SecurityEvent {
            event_id,
            timestamp: stored_time(row.timestamp)?,
            event_type: row.event_type.0,
            severity: severity.map_err(|error: SecurityError| StoreError::from(error).of_stored())?,
            user_id: row.user_id.map(|user| user.0),
            description: row.description.map(|description| description.0),
            raw_data,
            details_lost,
            resolved: row.resolved.unwrap_or_default().0,
            resolved_at: stored_time(row.resolved_at)?,
            resolution: row.resolution.map(|resolution| resolution.0),
        })
    }
}

/// Returns the names of a severity and of those above it.
fn from_severity(least: Severity) -> impl Iterator<Item = SqlText<&'static str>> {
    Severity::ALL
        .into_iter()
        .filter(move |severity| *severity >= least)
        .map(|severity| SqlText(severity.as_str()))
}
