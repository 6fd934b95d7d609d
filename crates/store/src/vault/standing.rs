//! What stands unresolved and concerns whoever opens the vault: an older key ring that opened it, and an audit log that
//! was contradicted or lost entries. The open that met it told one person; it may not have been the owner.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_domain::SecurityKind;
use privatus_schema::{Flag, LimitLiteral, SqlInt, SqlText, TimeText, security_events};

use crate::error::StoreError;
use crate::tx::ReadTx;

/// Of each kind the newest is told.
const TOLD: [SecurityKind; 3] = [
    SecurityKind::KeyRingRollback,
    SecurityKind::AuditContradicted,
    SecurityKind::AuditLoss,
];

#[derive(Queryable, Selectable)]
#[diesel(table_name = security_events, check_for_backend(Sqlite))]
struct StandingRow {
    event_id: SqlInt,
    timestamp: Option<TimeText>,
    event_type: SqlText,
}

impl ReadTx<'_> {
    /// What is to be said of them, but for the kinds that this open tells of itself.
    pub(super) fn standing_events(&mut self, told: &[SecurityKind]) -> Result<Vec<String>, StoreError> {
        let mut kinds = TOLD.to_vec();
        kinds.retain(|kind| !told.contains(kind));
        let words: Vec<_> = kinds.iter().map(|kind| SqlText(kind.as_str())).collect();
        let rows: Vec<StandingRow> = self.db.ask("look for security events that stand", |db| {
            security_events::table
                .filter(security_events::event_type.eq_any(&words))
                .filter(
                    security_events::resolved
                        .is_null()
                        .or(security_events::resolved.eq(Flag(false))),
                )
                .order(security_events::event_id.desc())
                .select(StandingRow::as_select())
                .limit_literal(100)
                .load(db)
        })?;
        let newest = |kind: SecurityKind| {
            let row = rows.iter().find(|row| row.event_type.0 == kind.as_str())?;
            Some(told_of(kind, row))
        };
        Ok(kinds.into_iter().filter_map(newest).collect())
    }
}

fn told_of(kind: SecurityKind, row: &StandingRow) -> String {
    let at = row
        .timestamp
        .as_ref()
        .map_or("an unknown time", |at| at.0.as_str());
    let what = match kind {
        SecurityKind::KeyRingRollback => {
            "an older key ring opened this vault: whoever has one and its old password opens it"
        }
        SecurityKind::AuditLoss => "a loss in the audit log was accepted",
        _ => "the audit log was not what the key ring notes",
    };
    let id = row.event_id.0;
    format!("{what} (at {at} UTC, security event {id}); this is said until the event is resolved")
}
