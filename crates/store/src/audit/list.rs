//! Listing entries: by filters through the indexes, newest first; or all of them, oldest first.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_query;
use privatus_domain::{
    Act, AuditEntry, AuditError, AuditFilter, JsonText, Permission, Resource, ResourceKind, Timestamp,
};
use privatus_schema::sql_types::{BigInt, Text};
use privatus_schema::{SqlInt, SqlText, audit_log};

use super::by_filter::{is_failed_authentication, statement};
use super::chain::EntryRow;
use crate::db::statement::LIMIT_MOST;
use crate::error::StoreError;
use crate::tx::ReadTx;

impl ReadTx<'_> {
    /// Returns the newest `limit` entries that pass the filter, newest first.
    ///
    /// # Errors
    /// [`StoreError::Audit`] for an event type that is neither known nor in the log.
    pub fn audit_entries(
        &mut self,
        filter: &AuditFilter,
        limit: usize,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        self.permit(&Resource::every(ResourceKind::Audit), Permission::Read)?;
        if let Some(event) = &filter.event_type {
            self.audit_event_check(event)?;
        }
        let (since, until) = (
            filter.since.map(Timestamp::to_sql),
            filter.until.map(Timestamp::to_sql),
        );
        let kind = filter.on.as_ref().map(|(kind, _)| kind.as_str());
        let id = filter.on.as_ref().and_then(|(_, id)| id.as_deref());
        let event = filter.event_type.as_deref();
        let binds = [
            since.as_deref(),
            until.as_deref(),
            event.filter(|_| !is_failed_authentication(filter)),
            filter.user.as_ref().map(|user| user.as_str()),
            kind,
            id.filter(|id| *id != Resource::EVERY),
        ];
        let mut query = sql_query(statement(filter, limit.min(LIMIT_MOST))).into_boxed();
        for bind in binds.into_iter().flatten() {
            query = query.bind::<Text, _>(SqlText(bind));
        }
        if let Some(before) = filter.before {
            query = query.bind::<BigInt, _>(SqlInt(before));
        }
        let rows: Vec<EntryRow> = self.db.ask("list audit entries", |db| query.load(db))?;
        rows.into_iter().map(|row| self.audit_entry(row)).collect()
    }

    /// Returns at most a thousand entries with a number above `after`, oldest first, to read the log in batches.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn audit_entries_after(&mut self, after: i64) -> Result<Vec<AuditEntry>, StoreError> {
        self.permit(&Resource::every(ResourceKind::Audit), Permission::Read)?;
        let rows = self.audit_rows(after)?;
        rows.into_iter().map(|row| self.audit_entry(row)).collect()
    }

    /// Checks that this build or the log knows an event type; another application may have written other types.
    fn audit_event_check(&mut self, event: &str) -> Result<(), StoreError> {
        if Act::event_types().contains(&event) {
            return Ok(());
        }
        let is_there = self.db.ask("look for an event type", |db| {
            let of_type = audit_log::table.filter(audit_log::event_type.eq(SqlText(event)));
            diesel::select(exists(of_type)).get_result::<bool>(db)
        })?;
        if is_there {
            return Ok(());
        }
        Err(AuditError::UnknownEvent(event.chars().take(100).collect()).into())
    }

    fn audit_entry(&mut self, row: EntryRow) -> Result<AuditEntry, StoreError> {
        let number = row.number();
        self.audit_decode(row)
            .map_err(|error| error.of_row(&format!("audit entry {number}")))
    }

    fn audit_decode(&mut self, row: EntryRow) -> Result<AuditEntry, StoreError> {
        let details = self.audit_details(&row)?;
        let log_id = row.number();
        let damaged =
            || StoreError::DatabaseDamaged(format!("the details of audit entry {log_id} are not JSON"));
        let details = details
            .map(|plain| {
                let text = std::str::from_utf8(&plain).map_err(|_| damaged())?;
                JsonText::new(text).map_err(|_| damaged())
            })
            .transpose()?;
        let timestamp = row.timestamp.map(|at| Timestamp::parse(&at.0)).transpose();
        let text = |text: SqlText| text.0;
        Ok(AuditEntry {
            log_id,
            timestamp: timestamp
                .map_err(StoreError::from)
                .map_err(StoreError::of_stored)?,
            event_type: row.event_type.0,
            action: row.action.0,
            user_id: row.user_id.map(text),
            resource_type: row.resource_type.map(text),
            resource_id: row.resource_id.map(text),
            details,
            success: row.success.is_none_or(|success| success.0),
            error_message: row.error_message.map(text),
        })
    }
}

#[cfg(test)]
mod tests {
    use privatus_domain::{NewAuditEntry, ResourceKind, UserId};
    use serde_json::json;

    use super::*;
    use crate::db::statement::Sql;
    use crate::testing::{Vault, at};

    const TIMES: [&str; 4] = [
        "2025-01-01T00:00:00Z",
        "2025-02-01T00:00:00Z",
        "2025-03-01T00:00:00Z",
        "2025-04-01T00:00:00Z",
    ];

    /// Creates four entries of the application's users, after those of the vault itself.
    fn vault() -> Vault {
        let vault = Vault::new();
        let contact = |id: &str| Resource::of(ResourceKind::Contact, id);
        vault
            .store
            .write("entries", |tx| {
                let by = |entry: NewAuditEntry, name: &str| NewAuditEntry {
                    user: UserId::new(name).ok(),
                    ..entry
                };
                let [first, second, third, fourth] = TIMES.map(at);
                tx.audit(&by(
                    NewAuditEntry::done(first, Act::ContactVerify).on(contact("a")),
                    "ann",
                ))?;
                tx.audit(&by(
                    NewAuditEntry::done(second, Act::UnlockFailed).failed("wrong"),
                    "ann",
                ))?;
                tx.audit(&by(
                    NewAuditEntry::done(third, Act::AccessRefuse)
                        .on(contact("b"))
                        .failed("no grant"),
                    "bob",
                ))?;
                tx.audit(&NewAuditEntry::done(fourth, Act::HistoryExport).with(json!({"messages": 3})))
            })
            .unwrap();
        vault
    }

    fn times(vault: &Vault, filter: &AuditFilter) -> Vec<usize> {
        let entries = vault.store.read(|tx| tx.audit_entries(filter, 100)).unwrap();
        let place = |entry: &AuditEntry| TIMES.iter().position(|time| entry.timestamp == Some(at(time)));
        entries.iter().filter_map(place).collect()
    }

    fn plan(vault: &Vault, filter: &AuditFilter) -> String {
        let text = statement(filter, 50).replace('?', "NULL");
        let sql = Sql::new(format!("EXPLAIN QUERY PLAN {text}"));
        let steps: Vec<(i32, i32, i32, String)> = vault.store.read(|tx| tx.db.rows(sql, "explain")).unwrap();
        steps.into_iter().map(|(.., step)| step + "\n").collect()
    }

    /// Each filter finds these entries and uses this index.
    #[test]
    fn each_filter_finds_its_entries_through_its_index() {
        let vault = vault();
        let filter = AuditFilter::default;
        let timed = AuditFilter {
            since: Some(at(TIMES[1])),
            until: Some(at(TIMES[3])),
            ..filter()
        };
        let event = |name: &str| AuditFilter {
            event_type: Some(name.into()),
            ..filter()
        };
        let user = |name: &str| AuditFilter {
            user: UserId::new(name).ok(),
            ..filter()
        };
        let on = |id: Option<&str>| AuditFilter {
            on: Some((ResourceKind::Contact, id.map(Into::into))),
            ..filter()
        };
        for (filter, found, index) in [
            (timed.clone(), &[2, 1][..], "idx_audit_timestamp_type"),
            (
                AuditFilter {
                    event_type: Some("access".into()),
                    ..timed.clone()
                },
                &[2],
                "idx_audit_timestamp_type",
            ),
            (event("contact"), &[0], "idx_audit_event_type"),
            (user("ann"), &[1, 0], "idx_audit_user_events"),
            (
                AuditFilter {
                    since: Some(at(TIMES[1])),
                    ..user("ann")
                },
                &[1],
                "idx_audit_user_events (user_id=? AND timestamp>?)",
            ),
            (
                on(Some("b")),
                &[2],
                "idx_audit_resource (resource_type=? AND resource_id=?",
            ),
            (
                AuditFilter {
                    on: on(Some("b")).on,
                    ..user("ann")
                },
                &[],
                "idx_audit_resource (resource_type=? AND resource_id=?",
            ),
            (on(None), &[2, 0], "idx_audit_resource (resource_type=?)"),
            (on(Some("*")), &[2, 0], "idx_audit_resource (resource_type=?)"),
            (
                AuditFilter {
                    failed_only: true,
                    ..event("authentication")
                },
                &[1],
                "idx_audit_failed_auth",
            ),
            (
                AuditFilter {
                    failed_only: true,
                    ..filter()
                },
                &[2, 1],
                "idx_audit_suspicious",
            ),
            (filter(), &[3, 2, 1, 0], "USING INTEGER PRIMARY KEY"),
        ] {
            let plan = plan(&vault, &filter);
            assert!(plan.contains(index), "{index} for {filter:?}:\n{plan}");
            assert_eq!(times(&vault, &filter), found, "{filter:?}");
        }
        // By type alone nothing needs sorting: the newest of a million entries come first in the index.
        assert!(!plan(&vault, &event("contact")).contains("TEMP B-TREE FOR ORDER BY"));
    }

    #[test]
    fn pages_follow_each_other() {
        let vault = vault();
        let mut filter = AuditFilter::default();
        let all = vault.store.read(|tx| tx.audit_entries(&filter, 100)).unwrap();
        let mut paged = Vec::new();
        loop {
            let page = vault.store.read(|tx| tx.audit_entries(&filter, 2)).unwrap();
            let Some(last) = page.last() else { break };
            filter.before = Some(last.log_id);
            paged.extend(page);
        }
        assert_eq!(paged, all);
        let mut oldest_first = vault.store.read(|tx| tx.audit_entries_after(i64::MIN)).unwrap();
        oldest_first.reverse();
        assert_eq!(oldest_first, all);
        let newest = all.first().unwrap();
        assert_eq!(newest.details.as_ref().unwrap().as_str(), "{\"messages\":3}");
        let newest_only = vault
            .store
            .read(|tx| tx.audit_entries_after(newest.log_id - 1))
            .unwrap();
        assert_eq!(newest_only.len(), 1);
    }

    #[test]
    fn an_unknown_event_type_is_refused_unless_the_log_has_it() {
        let vault = vault();
        let filter = AuditFilter {
            event_type: Some("login".into()),
            ..AuditFilter::default()
        };
        let error = vault.store.read(|tx| tx.audit_entries(&filter, 10)).unwrap_err();
        assert!(matches!(error, StoreError::Audit(AuditError::UnknownEvent(_))));
        let said = error.to_string();
        assert!(
            said.contains("\"login\"") && said.contains("authentication, vault"),
            "{said}"
        );
        vault.sql("INSERT INTO audit_log (event_type, action) VALUES ('login', 'x')");
        let found = vault.store.read(|tx| tx.audit_entries(&filter, 10)).unwrap();
        assert_eq!(found.len(), 1);
    }
}
