//! Rows of `security_events`: what a person should look at, and what was found when somebody did.

use std::collections::BTreeMap;

use privatus_domain::{
    Act, FAILURES_WINDOW_MS, JsonText, MANY_FAILURES, NewAuditEntry, NewSecurityEvent, Permission,
    Resolution, Resource, ResourceKind, SecurityError, SecurityEvent, SecurityFilter, SecurityKind, Severity,
    Timestamp,
};
use serde_json::json;

use crate::db::statement::{LIMIT_MOST, Sql};
use crate::error::StoreError;
use crate::tx::{ReadTx, WriteTx};

/// Newest events among which one of many failures is looked for: nothing is written for each refusal behind it, so it is
/// not far.
const NEAR: usize = 50;

const COLUMNS: &str = "event_id, timestamp, event_type, severity, user_id, description, raw_data, resolved, \
                       resolved_at, resolution";

type Row = (
    i64,
    Option<String>,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<Vec<u8>>,
    Option<bool>,
    (Option<String>, Option<String>),
);

impl ReadTx<'_> {
    /// The newest `limit` events that pass the filter, newest first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn security_events(
        &mut self,
        filter: &SecurityFilter,
        limit: usize,
    ) -> Result<Vec<SecurityEvent>, StoreError> {
        self.permit(&Resource::every(ResourceKind::Security), Permission::Read)?;
        let severities = match filter.severity {
            None | Some(Severity::Low) => "",
            Some(Severity::Medium) => " AND severity IN ('medium', 'high', 'critical')",
            Some(Severity::High) => " AND severity IN ('high', 'critical')",
            Some(Severity::Critical) => " AND severity = 'critical'",
        };
        let kind = filter.kind.map_or("", |_| " AND event_type = ?");
        let unresolved = if filter.unresolved_only {
            " AND resolved IS NOT TRUE"
        } else {
            ""
        };
        let limit = limit.min(LIMIT_MOST);
        let text = format!(
            "SELECT {COLUMNS} FROM security_events WHERE event_id < ?{severities}{kind}{unresolved} \
             ORDER BY event_id DESC LIMIT {limit}"
        );
        let mut sql = Sql::new(text).bind(filter.before.unwrap_or(i64::MAX));
        if let Some(kind) = filter.kind {
            sql = sql.bind(kind.as_str());
        }
        let rows: Vec<Row> = self.db.rows(sql, "list security events")?;
        rows.into_iter().map(|row| self.security_row(row)).collect()
    }

    /// One event.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]
    pub fn security_event_by_id(&mut self, event_id: i64) -> Result<SecurityEvent, StoreError> {
        self.permit(&Resource::of(ResourceKind::Security, event_id), Permission::Read)?;
        self.security_event_find(event_id)
    }

    fn security_event_find(&mut self, event_id: i64) -> Result<SecurityEvent, StoreError> {
        let sql = Sql::new(format!(
            "SELECT {COLUMNS} FROM security_events WHERE event_id = ?"
        ));
        let row: Option<Row> = self.db.row(sql.bind(event_id), "find a security event")?;
        let missing = || StoreError::NotFound(format!("security event {event_id}"));
        self.security_row(row.ok_or_else(missing)?)
    }

    fn security_row(&mut self, row: Row) -> Result<SecurityEvent, StoreError> {
        let (
            event_id,
            at,
            event_type,
            severity,
            user_id,
            description,
            raw,
            resolved,
            (resolved_at, resolution),
        ) = row;
        let row_id = event_id.to_le_bytes();
        let open = |raw: Vec<u8>| self.open_value("security_events", "raw_data", &row_id, &raw);
        let raw = raw.map(open).transpose()?;
        // Another application's may be no JSON: then it is shown as a text.
        let raw_data = raw.map(|raw| {
            let text = String::from_utf8_lossy(&raw).into_owned();
            JsonText::new(&text).unwrap_or_else(|_| serde_json::Value::String(text).into())
        });
        let time = |text: Option<String>| {
            let time = text.as_deref().map(Timestamp::parse).transpose();
            time.map_err(|error| StoreError::from(error).of_stored())
        };
        Ok(SecurityEvent {
            event_id,
            timestamp: time(at)?,
            event_type,
            severity: severity
                .parse()
                .map_err(|error: SecurityError| StoreError::from(error).of_stored())?,
            user_id,
            description,
            raw_data,
            resolved: resolved.unwrap_or_default(),
            resolved_at: time(resolved_at)?,
            resolution,
        })
    }

    /// Whether one of the newest events of this kind was written after `since`.
    fn security_event_since(
        &mut self,
        kind: SecurityKind,
        user: Option<&str>,
        since: Timestamp,
    ) -> Result<bool, StoreError> {
        let text = format!(
            "SELECT 1 FROM (SELECT timestamp, event_type, user_id FROM security_events ORDER BY event_id DESC \
             LIMIT {NEAR}) WHERE event_type = ? AND user_id IS ? AND timestamp > ? LIMIT 1"
        );
        let since = since.to_sql();
        let sql = Sql::new(text).bind(kind.as_str()).bind(user).bind(since.as_str());
        let found: Option<i64> = self.db.row(sql, "look for a security event")?;
        Ok(found.is_some())
    }

    /// Failures of a user that the audit log has of the window that ends at `at`, counted up to where they are many.
    fn failures_within_window(&mut self, at: Timestamp, user: Option<&str>) -> Result<u32, StoreError> {
        let (since, until) = (window_before(at).to_sql(), at.to_sql());
        let sql = Sql::new(format!(
            "SELECT log_id, event_type, details FROM audit_log INDEXED BY idx_audit_suspicious \
             WHERE success = FALSE AND timestamp > ? AND timestamp <= ? AND user_id IS ? \
             AND event_type IN ('authentication', 'access') LIMIT {MANY_FAILURES}"
        ));
        let sql = sql.bind(since.as_str()).bind(until.as_str()).bind(user);
        let rows: Vec<(i64, String, Option<Vec<u8>>)> = self.db.rows(sql, "count the failures")?;
        let mut count = 0_u32;
        for (log_id, event, details) in rows {
            let row_id = log_id.to_le_bytes();
            let details = match details {
                Some(details) if event == Act::UnlockFailed.event_type() => {
                    self.open_value("audit_log", "details", &row_id, &details)?
                }
                _ => Vec::new(),
            };
            let details: BTreeMap<String, serde_json::Value> =
                serde_json::from_slice(&details).unwrap_or_default();
            let within = details.get("within_window").and_then(serde_json::Value::as_u64);
            count = count.saturating_add(u32::try_from(within.unwrap_or(1)).unwrap_or(u32::MAX));
        }
        Ok(count)
    }
}

impl WriteTx<'_> {
    /// Writes a security event, of the user that the session is bound to; in one that is bound to none, of whom it names.
    /// Failures that are many are one event more, and then those of the same user no event each
    /// until the window is over: the audit log has every one of them.
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
                // These were counted while nobody looked: they are never left out.
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

    /// The same, unless one of its kind stands that nobody resolved.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(crate) fn security_event_once(&mut self, event: &NewSecurityEvent) -> Result<(), StoreError> {
        let sql =
            Sql::new("SELECT 1 FROM security_events WHERE event_type = ? AND resolved IS NOT TRUE LIMIT 1");
        let sql = sql.bind(event.kind.as_str());
        let standing: Option<i64> = self.db.row(sql, "look for a security event")?;
        match standing {
            Some(_) => Ok(()),
            None => self.security_event(event),
        }
    }

    fn security_event_write(
        &mut self,
        event: &NewSecurityEvent,
        user: Option<&str>,
    ) -> Result<(), StoreError> {
        let sql = Sql::new(
            "SELECT 1 + max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'security_events'), 0), \
             coalesce((SELECT max(event_id) FROM security_events), 0))",
        );
        let id: Option<i64> = self.db.row(sql, "number a security event")?;
        let id = id.unwrap_or(1);
        let row_id = id.to_le_bytes();
        let raw = event.raw_data.as_ref().map(|raw| raw.as_str().as_bytes());
        let seal = |raw| self.seal_value("security_events", "raw_data", &row_id, raw);
        let sealed = raw.map(seal).transpose()?;
        let at = event.at.to_sql();
        let sql = Sql::new(
            "INSERT INTO security_events (event_id, timestamp, event_type, severity, user_id, description, raw_data) \
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        );
        let sql = sql
            .bind(id)
            .bind(at.as_str())
            .bind(event.kind.as_str())
            .bind(event.severity.as_str())
            .bind(user)
            .bind(event.description.as_str())
            .bind(sealed.as_deref());
        self.db.run(sql, "write a security event").map(drop)
    }

    /// Says of an event what was found or done; audited.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Refused`] when it is resolved already.
    pub fn security_resolve(&mut self, event_id: i64, resolution: &Resolution) -> Result<(), StoreError> {
        self.permit(&Resource::of(ResourceKind::Security, event_id), Permission::Write)?;
        let event = self.security_event_find(event_id)?;
        if event.resolved {
            return Err(SecurityError::Resolved(event_id).into());
        }
        let now = self.now();
        let at = now.to_sql();
        let sql = Sql::new(
            "UPDATE security_events SET resolved = TRUE, resolved_at = ?, resolution = ? WHERE event_id = ?",
        );
        let sql = sql.bind(at.as_str()).bind(resolution.as_str()).bind(event_id);
        self.db.run(sql, "resolve a security event")?;
        let entry = NewAuditEntry::done(now, Act::SecurityResolve)
            .on(Resource::of(ResourceKind::Security, event_id))
            .with(json!({ "event_type": event.event_type, "severity": event.severity }));
        self.audit(&entry)
    }
}

/// Where the window of failures begins that ends at `at`.
fn window_before(at: Timestamp) -> Timestamp {
    let since = at.unix_ms().saturating_sub(FAILURES_WINDOW_MS);
    Timestamp::from_unix_ms(since).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests;
