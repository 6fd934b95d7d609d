//! Tests of security events that were altered to values that no build writes: settling repairs each of them.

use privatus_domain::{NewSecurityEvent, SecurityFilter, SecurityKind, Severity};

use super::key_rows::{opened, plant, vault};

#[test]
fn events_that_no_build_writes_are_named_and_put_right() {
    for (set, told) in [
        ("event_type = 'abc'", "type"),
        ("event_type = ''", "type"),
        ("severity = 'abc'", "severity"),
        ("source_ip = '10.0.0.1'", "address"),
        ("user_id = ''", "user"),
        ("description = NULL", "description"),
        ("description = ''", "description"),
        ("timestamp = NULL", "time"),
        ("timestamp = '0'", "time"),
        ("event_id = -1", "number"),
        ("event_id = 0", "number"),
        ("event_id = -9223372036854775808", "number"),
        ("resolved = TRUE", "time of its resolution"),
        ("resolution = 'mine'", "resolution"),
        (
            "resolved_at = '2025-01-01 00:00:00.000'",
            "time of its resolution",
        ),
        (
            "resolved = TRUE, resolved_at = '2025-01-01 00:00:00.000', resolution = ''",
            "resolution",
        ),
        (
            "event_id = -1, event_type = 'abc', description = NULL, raw_data = NULL",
            "number",
        ),
        (
            "event_id = -1, description = x'ff', raw_data = x'00'",
            "security_events",
        ),
    ] {
        let fault = format!("UPDATE security_events SET {set}");
        let vault = vault();
        let event = NewSecurityEvent {
            at: crate::testing::clock(),
            kind: SecurityKind::KeyRingRollback,
            severity: Severity::High,
            user: None,
            description: "an older key ring".into(),
            raw_data: Some(serde_json::json!({ "older": true }).into()),
        };
        vault
            .store
            .write("event", |tx| tx.security_event(&event))
            .unwrap();
        plant(&vault, &fault);
        let vault = opened(vault);
        let problems = vault.problems().join("\n");
        assert!(problems.contains(told), "{fault}: {problems}");
        vault.settle(&fault);
        assert_eq!(vault.problems(), Vec::<String>::new(), "{fault}");
        let events = vault
            .store
            .read(|tx| tx.security_events(&SecurityFilter::default(), 50))
            .unwrap();
        let found = events.iter().filter(|event| event.severity == Severity::Critical);
        let found: Vec<_> = found.collect();
        assert_eq!(found.len(), 1, "{fault}: {events:#?}");
        assert!(
            found.iter().all(|event| !event.resolved && event.event_id > 0),
            "{fault}"
        );
        // Details are bound to the number that the event had.
        let is_lost = set.starts_with("event_id") && !set.contains("raw_data = NULL");
        assert!(
            found.iter().all(|event| event.details_lost == is_lost),
            "{fault}: {found:#?}"
        );
    }
}
