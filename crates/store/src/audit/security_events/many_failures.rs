//! Whether a user had many failures: counts those in the audit log of the last ten minutes.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_query;
use privatus_domain::{Act, FAILURES_WINDOW_MS, MANY_FAILURES, SecurityKind, Timestamp};
use privatus_schema::sql_types::{BigInt, Binary, Bool, Nullable, Text};
use privatus_schema::{Flag, SqlBlob, SqlInt, SqlText};
use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::tx::ReadTx;

/// Finds an event of a kind and user among the 50 newest. After an event for many failures, refusals write no events,
/// so it is not far back.
const NEAR: &str = "SELECT EXISTS (SELECT 1 FROM (SELECT timestamp, event_type, user_id FROM security_events \
                    ORDER BY event_id DESC LIMIT 50) WHERE event_type = ? AND user_id IS ? AND timestamp > ?) AS is_near";
/// Finds failures of a user within a period. The index needs a literal flag instead of a bind.
const FAILURES: &str = "SELECT log_id, event_type, iif(typeof(details) = 'blob', details, NULL) AS details FROM audit_log INDEXED BY idx_audit_suspicious \
                        WHERE success = FALSE AND timestamp > ? AND timestamp <= ? AND user_id IS ? \
                        AND event_type IN ('authentication', 'access')";

#[derive(QueryableByName)]
struct NearRow {
    #[diesel(sql_type = Bool)]
    is_near: Flag,
}

#[derive(QueryableByName)]
struct FailureRow {
    #[diesel(sql_type = BigInt)]
    log_id: SqlInt,
    #[diesel(sql_type = Text)]
    event_type: SqlText,
    #[diesel(sql_type = Nullable<Binary>)]
    details: Option<SqlBlob>,
}

impl ReadTx<'_> {
    /// Whether one of the newest events of this kind was written after `since`.
    pub(super) fn security_event_since(
        &mut self,
        kind: SecurityKind,
        user: Option<&str>,
        since: Timestamp,
    ) -> Result<bool, StoreError> {
        let row = self.db.ask("look for a security event", |db| {
            sql_query(NEAR)
                .bind::<Text, _>(SqlText(kind.as_str()))
                .bind::<Nullable<Text>, _>(user.map(SqlText))
                .bind::<Text, _>(SqlText(since.to_sql()))
                .get_result::<NearRow>(db)
        })?;
        Ok(row.is_near.0)
    }

    /// Counts the failures of a user in the audit log within the window that ends at `at`; stops counting when they are
    /// many.
    pub(super) fn failures_within_window(
        &mut self,
        at: Timestamp,
        user: Option<&str>,
    ) -> Result<u32, StoreError> {
        let failures = sql_query(format!("{FAILURES} LIMIT {MANY_FAILURES}"))
            .bind::<Text, _>(SqlText(window_before(at).to_sql()))
            .bind::<Text, _>(SqlText(at.to_sql()))
            .bind::<Nullable<Text>, _>(user.map(SqlText));
        let rows: Vec<FailureRow> = self.db.ask("count the failures", |db| failures.load(db))?;
        let mut count = 0_u32;
        for row in rows {
            let row_id = row.log_id.0.to_le_bytes();
            let details = match row.details {
                Some(details) if row.event_type.0 == Act::UnlockFailed.event_type() => {
                    match self.open_value("audit_log", "details", &row_id, &details.0) {
                        // The details are lost, so this counts as one failure; it must not prevent writing.
                        Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => Zeroizing::default(),
                        details => details?,
                    }
                }
                _ => Zeroizing::default(),
            };
            let details: BTreeMap<String, serde_json::Value> =
                serde_json::from_slice(&details).unwrap_or_default();
            let within = details.get("within_window").and_then(serde_json::Value::as_u64);
            count = count.saturating_add(u32::try_from(within.unwrap_or(1)).unwrap_or(u32::MAX));
        }
        Ok(count)
    }
}

/// Returns the beginning of the window of failures that ends at `at`.
pub(super) fn window_before(at: Timestamp) -> Timestamp {
    let since = at.unix_ms().saturating_sub(FAILURES_WINDOW_MS);
    Timestamp::from_unix_ms(since).unwrap_or(Timestamp::MIN)
}
