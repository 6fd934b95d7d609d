//! Tests of which events are written, listed and resolved.

use privatus_domain::{
    NewSecurityEvent, Permission, Resolution, Resource, ResourceKind, SecurityError, SecurityEvent,
    SecurityFilter, SecurityKind, Severity, UserId,
};

use crate::error::{Missing, StoreError};
use crate::testing::Vault;

fn events(vault: &Vault, filter: &SecurityFilter) -> Vec<SecurityEvent> {
    vault.store.read(|tx| tx.security_events(filter, 100)).unwrap()
}

fn kinds(vault: &Vault) -> Vec<String> {
    let events = events(vault, &SecurityFilter::default());
    events.into_iter().map(|event| event.event_type).collect()
}

/// A user asks for a group that they may not see.
fn refuse(vault: &Vault, user: &str) {
    let session = vault.store.session(UserId::new(user).unwrap());
    let group = Resource::of(ResourceKind::Group, "choir");
    let refused = session.read(|tx| tx.permit(&group, Permission::Read));
    assert!(matches!(refused.unwrap_err(), StoreError::AccessDenied { .. }));
}

#[test]
fn many_refusals_are_one_event_and_not_one_each() {
    let vault = Vault::new();
    (0..4).for_each(|_| refuse(&vault, "eve"));
    assert_eq!(kinds(&vault), ["access_refused"; 4]);
    (0..20).for_each(|_| refuse(&vault, "eve"));
    let many = [&["many_failures"][..], &["access_refused"; 5]].concat();
    assert_eq!(kinds(&vault), many);
    let found = events(&vault, &SecurityFilter::default());
    assert_eq!(
        (found[0].severity, found[0].user_id.as_deref()),
        (Severity::High, Some("eve"))
    );
    assert_eq!(found[0].raw_data.as_ref().unwrap().to_value()["failures"], 5);
    assert_eq!(
        found[1].raw_data.as_ref().unwrap().as_str(),
        "{\"resource\":\"group:choir\"}"
    );
    // Each of them is in the audit log, and another user does not count.
    refuse(&vault, "bob");
    assert_eq!(events(&vault, &SecurityFilter::default()).len(), 7);
    let filter = privatus_domain::AuditFilter {
        event_type: Some("access".into()),
        failed_only: true,
        ..Default::default()
    };
    let refused = vault.store.read(|tx| tx.audit_entries(&filter, 100)).unwrap();
    assert_eq!(refused.len(), 25);
}

#[test]
fn filters_and_a_resolution() {
    let vault = Vault::new();
    refuse(&vault, "eve");
    vault
        .store
        .write("event", |tx| {
            tx.security_event(&NewSecurityEvent {
                at: tx.now(),
                kind: SecurityKind::Tampering,
                severity: Severity::Critical,
                user: None,
                description: "found".into(),
                raw_data: None,
            })
        })
        .unwrap();
    let all = SecurityFilter::default();
    assert_eq!(kinds(&vault), ["tampering", "access_refused"]);
    let count = |filter: SecurityFilter| events(&vault, &filter).len();
    assert_eq!(
        count(SecurityFilter {
            severity: Some(Severity::Low),
            ..all
        }),
        2
    );
    assert_eq!(
        count(SecurityFilter {
            severity: Some(Severity::Medium),
            ..all
        }),
        2
    );
    assert_eq!(
        count(SecurityFilter {
            severity: Some(Severity::High),
            ..all
        }),
        1
    );
    assert_eq!(
        count(SecurityFilter {
            severity: Some(Severity::Critical),
            ..all
        }),
        1
    );
    assert_eq!(
        count(SecurityFilter {
            kind: Some(SecurityKind::AccessRefused),
            ..all
        }),
        1
    );
    assert_eq!(
        count(SecurityFilter {
            kind: Some(SecurityKind::ManyFailures),
            ..all
        }),
        0
    );
    let newest = events(&vault, &all).remove(0);
    assert_eq!(
        count(SecurityFilter {
            before: Some(newest.event_id),
            ..all
        }),
        1
    );

    let found = Resolution::new("it was me").unwrap();
    let resolve = |id| vault.store.write("resolve", |tx| tx.security_resolve(id, &found));
    assert!(matches!(
        resolve(99).unwrap_err(),
        StoreError::NotFound(Missing::SecurityEvent(99))
    ));
    resolve(newest.event_id).unwrap();
    let again = resolve(newest.event_id).unwrap_err();
    assert!(matches!(again, StoreError::Security(SecurityError::Resolved(_))));
    assert!(again.to_string().contains("already resolved"), "{again}");
    assert_eq!(
        count(SecurityFilter {
            unresolved_only: true,
            ..all
        }),
        1
    );
    let read = vault
        .store
        .read(|tx| tx.security_event_by_id(newest.event_id))
        .unwrap();
    assert_eq!(
        (read.resolved, read.resolution.as_deref()),
        (true, Some("it was me"))
    );
    assert_eq!(read.resolved_at, Some(crate::testing::clock()));
    let filter = privatus_domain::AuditFilter {
        on: Some((ResourceKind::Security, Some(newest.event_id.to_string()))),
        ..Default::default()
    };
    assert_eq!(
        vault.store.read(|tx| tx.audit_entries(&filter, 9)).unwrap().len(),
        1
    );
}

/// A finding is audited each time, but there is only one event for it until somebody resolves that.
#[test]
fn what_a_check_finds_is_written_down() {
    let vault = Vault::new();
    assert!(vault.store.verify(&mut |_| ()).unwrap().is_content());
    vault.sql("UPDATE conversations SET message_count = message_count + 1");
    for _ in 0..2 {
        assert_eq!(vault.store.verify(&mut |_| ()).unwrap().problem_count, 1);
    }
    assert_eq!(kinds(&vault), ["tampering"]);
    let event = events(&vault, &SecurityFilter::default()).remove(0);
    assert_eq!(event.severity, Severity::Critical);
    let resolution = Resolution::new("mended").unwrap();
    vault
        .store
        .write("resolve", |tx| tx.security_resolve(event.event_id, &resolution))
        .unwrap();
    vault.sql("UPDATE conversations SET message_count = message_count - 1");
    vault.sql("UPDATE audit_log SET action = 'x' WHERE log_id = 1");
    let check = vault.store.audit_verify(None, &mut |_| true).unwrap();
    assert!(check.broken.is_some());
    assert_eq!(kinds(&vault), ["tampering", "tampering"]);
    let found = vault.store.verify(&mut |_| ()).unwrap();
    assert_eq!(found.problem_count, 1);
    assert!(found.audit_broken.unwrap().contains("entry 1 was changed"));
}

/// An event of the same kind that says something else, is resolved or was planted hides nothing.
#[test]
fn what_stands_hides_only_what_says_the_same() {
    let vault = Vault::new();
    let found = |details: &str| NewSecurityEvent {
        at: crate::testing::clock(),
        kind: SecurityKind::Tampering,
        severity: Severity::Critical,
        user: None,
        description: "a check found data that is not as it was written".into(),
        raw_data: Some(serde_json::json!({ "first": details }).into()),
    };
    let once = |details: &str| {
        let event = found(details);
        vault
            .store
            .write("event", |tx| tx.security_event_once(&event))
            .unwrap()
    };
    vault.sql(
        "INSERT INTO security_events (event_type, severity, description, raw_data) VALUES \
         ('tampering', 'critical', 'a check found data that is not as it was written', NULL), \
         ('tampering', 'critical', 'a check found data that is not as it was written', zeroblob(60))",
    );
    assert_eq!(
        [once("a"), once("a"), once("b"), once("b")],
        [true, false, true, false]
    );
    vault.sql("UPDATE security_events SET resolved = TRUE");
    assert!(once("a"));
    // However many events there are, only the newest thousand are searched.
    vault.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 30000) \
         INSERT INTO security_events (event_type, severity, description) SELECT 'tampering', 'critical', 'x' FROM n",
    );
    once("c");
    let before = vault.store.work_done().unwrap().vm_steps;
    assert!(!once("c"));
    let steps = vault.store.work_done().unwrap().vm_steps - before;
    assert!(steps < 30_000, "{steps}");
}
