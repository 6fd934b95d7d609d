//! Unresolved events that concern everyone who opens the vault: an older key ring that opened it, an audit log that was
//! contradicted, lost entries or lost its chain, and what a check found. They were first reported to one person, who
//! may not have been the owner.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_domain::{SecurityKind, Severity};
use privatus_schema::{Flag, LimitLiteral, SqlInt, SqlText, TimeText, security_events};

use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::ReadTx;

/// How many of the newest events are examined: there is no index, and a large number of events must not slow down an
/// open.
const NEWEST: u32 = 1_000;

/// The newest event of each of these kinds is reported.
const TOLD: [SecurityKind; 4] = [
    SecurityKind::KeyRingRollback,
    SecurityKind::AuditContradicted,
    SecurityKind::AuditLoss,
    SecurityKind::Tampering,
];

#[derive(Queryable, Selectable)]
#[diesel(table_name = security_events, check_for_backend(Sqlite))]
struct StandingRow {
    event_id: SqlInt,
    timestamp: Option<TimeText>,
    event_type: SqlText,
    severity: SqlText,
    resolved: Option<Flag>,
}

impl StandingRow {
    /// Returns whether this is an unresolved event of the given kind that must be reported.
    fn stands(&self, kind: SecurityKind) -> bool {
        // A log without a chain is expected after a step back of the schema, so that event is not critical.
        let is_grave = kind != SecurityKind::Tampering || self.severity.0 == Severity::Critical.as_str();
        self.event_type.0 == kind.as_str() && is_grave && !self.resolved.unwrap_or_default().0
    }
}

impl ReadTx<'_> {
    /// Returns the warnings about them, except for the kinds that this open reports itself.
    pub(super) fn standing_events(&mut self, told: &[SecurityKind]) -> Result<Vec<String>, StoreError> {
        let rows: Vec<StandingRow> = self.db.ask("look for unresolved security events", |db| {
            security_events::table
                .order(security_events::event_id.desc())
                .select(StandingRow::as_select())
                .limit_literal(NEWEST)
                .load(db)
        })?;
        let newest = |kind: SecurityKind| {
            let row = rows.iter().find(|row| row.stands(kind))?;
            Some((kind, row))
        };
        let kinds = TOLD.into_iter().filter(|kind| !told.contains(kind));
        let standing: Vec<_> = kinds.filter_map(newest).collect();
        standing
            .into_iter()
            .map(|(kind, row)| {
                let what = match kind {
                    SecurityKind::Tampering => self.tampered(row.event_id.0)?,
                    _ => "",
                };
                Ok(told_of(kind, what, row))
            })
            .collect()
    }

    /// Says what was altered, in fixed words chosen by how the description begins: the description itself may have been
    /// planted.
    fn tampered(&mut self, event: i64) -> Result<&'static str, StoreError> {
        let cases: String = (0..)
            .zip(TAMPERED)
            .map(|(place, (begins, _))| format!("WHEN description GLOB '{begins}*' THEN {place} "))
            .collect();
        let sql = format!("SELECT CASE {cases} ELSE -1 END FROM main.security_events WHERE event_id = ?");
        let place: Option<i64> = self
            .db
            .row(Sql::new(sql).bind(event), "look for what was altered")?;
        let told = place.and_then(|place| TAMPERED.get(usize::try_from(place).ok()?));
        Ok(told.map_or("something in the vault was altered", |(_, told)| told))
    }
}

/// How the descriptions of such events begin, and what is reported for each.
const TAMPERED: [(&str, &str); 4] = [
    (
        "a check found",
        "a check found data that is not as it was written",
    ),
    ("the audit log had no MACs", "the audit log had lost its chain"),
    (
        "the vault''s own row",
        "the vault's own row was altered and repaired",
    ),
    (
        "the schema was not",
        "the schema was not what this build makes, and was repaired",
    ),
];

fn told_of(kind: SecurityKind, tampered: &str, row: &StandingRow) -> String {
    let at = row
        .timestamp
        .as_ref()
        .map_or("an unknown time", |at| at.0.as_str());
    let what = match kind {
        SecurityKind::KeyRingRollback => {
            "an older key ring opened this vault: anyone who has one and its old password can open the vault"
        }
        SecurityKind::AuditLoss => "a loss in the audit log was accepted",
        SecurityKind::Tampering => tampered,
        _ => "the audit log did not match the key ring's note",
    };
    let id = row.event_id.0;
    format!("{what} (at {at} UTC, security event {id}); this warning is repeated until the event is resolved")
}

#[cfg(test)]
mod tests {
    use crate::testing::Vault;

    #[test]
    fn any_number_of_events_costs_an_open_no_more_than_the_newest_thousand() {
        let vault = Vault::new();
        let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 30000) \
                    INSERT INTO security_events (event_type, severity, description) \
                    SELECT 'authentication', 'low', 'x' FROM n";
        vault.sql(many);
        vault.sql(
            "INSERT INTO security_events (event_type, severity, description) VALUES ('tampering', 'critical', 'x'), \
             ('tampering', 'high', 'x'), ('audit_loss', 'high', 'x')",
        );
        let told = || vault.store.read(|tx| tx.standing_events(&[])).unwrap();
        told();
        let before = vault.store.work_done().unwrap().vm_steps;
        let said = told().join("\n");
        let steps = vault.store.work_done().unwrap().vm_steps - before;
        assert!(steps < 30_000, "{steps}");
        assert!(
            said.contains("security event 30001") && said.contains("security event 30003"),
            "{said}"
        );
        assert!(!said.contains("30002"), "a high one may be a step back's: {said}");
    }
}
