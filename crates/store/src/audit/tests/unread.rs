//! Tests of values in the log and in security events that no list can read: each is named, and accepting the loss
//! removes it.

use privatus_domain::{
    Act, AuditFilter, NewAuditEntry, NewSecurityEvent, Resource, ResourceKind, SecurityEvent, SecurityFilter,
    SecurityKind, Severity,
};
use serde_json::json;

use super::{check, unruled, vault, write};
use crate::StoreError;
use crate::testing::{Vault, at, secret, unlock};

/// Values planted in any column.
const ANY: [&str; 1] = ["x'ff'"];
const TIMES: [&str; 2] = ["'2026-13-45 00:00:00'", "'2025-06-31 00:00:00.000'"];
const NUMBERS: [&str; 2] = ["'zz'", "9223372036854775807"];

fn values(column: &str) -> Vec<&'static str> {
    let own: &[&str] = match column {
        "timestamp" => &TIMES,
        "success" | "key_number" => &NUMBERS,
        "details" | "mac" => &["'text'", "zeroblob(60)", "5"],
        _ => &["CAST(x'ff' AS TEXT)"],
    };
    ANY.iter().chain(own).copied().collect()
}

/// Runs everything that reads the log or the events.
fn lists(vault: &Vault) -> Result<usize, StoreError> {
    vault.store.read(|tx| {
        let entries = tx.audit_entries(&AuditFilter::default(), 1_000)?;
        let all = tx.audit_entries_after(i64::MIN)?;
        assert_eq!(entries.len(), all.len());
        tx.audit_head()?;
        tx.security_events(&SecurityFilter::default(), 1_000)?;
        Ok::<_, StoreError>(all.len())
    })
}

/// Settles, and checks that everything holds, now and later.
fn settles(vault: &Vault, fault: &str) {
    let settled = vault.store.audit_accept_loss(&secret(), None);
    assert!(settled.is_ok(), "{fault}: {settled:?}");
    let problems = vault.verify().problems;
    assert_eq!(problems, Vec::<String>::new(), "{fault}");
    assert!(lists(vault).is_ok(), "{fault}: {:?}", lists(vault));
    let again = vault.store.audit_accept_loss(&secret(), None).unwrap();
    assert_eq!(again, None, "{fault}");
    write(vault, "later", at("2025-06-01T00:00:00Z"));
    vault.receive(&[("later", "2025-06-01T00:00:00Z")]);
    assert_eq!(vault.verify().problems, Vec::<String>::new(), "{fault}");
}

#[test]
fn each_value_of_an_entry_that_no_list_reads_is_named_and_taken_out() {
    for column in [
        "timestamp",
        "event_type",
        "user_id",
        "resource_type",
        "resource_id",
        "action",
        "details",
        "ip_address",
        "user_agent",
        "success",
        "error_message",
        "mac",
        "key_number",
    ] {
        for (number, value) in values(column).into_iter().enumerate() {
            // The first entry, one in the middle, and the newest.
            let entry = [1, 5, 10][number % 3];
            let fault = format!("UPDATE audit_log SET {column} = {value} WHERE log_id = {entry}");
            let vault = vault();
            let planted = vault
                .store
                .with_writer(|db| Ok(db.raw().execute_batch(&unruled(&fault))?));
            planted.unwrap();
            let changed = check(&vault, None).broken;
            let Err(error) = lists(&vault) else {
                // It can be read, and the chain reports it.
                if changed.is_some() {
                    settles(&vault, &fault);
                }
                continue;
            };
            assert!(
                error.to_string().contains(&format!("entry {entry}"))
                    || error.to_string().contains(&format!("of row {entry}")),
                "{fault}: {error}"
            );
            let told = format!("of entry {entry} is a value that no list can read");
            let problems = vault.verify().problems;
            // A MAC of another length can be read, but is not valid.
            let is_named = |line: &String| {
                line.contains(&told)
                    || line.contains(&format!("entry {entry}: its details"))
                    || line.contains(&format!("entry {entry} was changed"))
            };
            assert!(problems.iter().any(is_named), "{fault}: {problems:#?}");
            // Messages can still be written, and so can the log.
            vault.receive(&[("meanwhile", "2025-06-01T00:00:00Z")]);
            write(&vault, "meanwhile", at("2025-06-01T00:00:00Z"));
            settles(&vault, &fault);
        }
    }
}

/// Several faults at once, some after a fault of another type, are all named.
#[test]
fn every_entry_that_does_not_read_is_named() {
    let vault = vault();
    let fault = "UPDATE audit_log SET action = 'x' WHERE log_id = 2; UPDATE audit_log SET event_type = x'ff', \
                 success = 'zz' WHERE log_id = 4; UPDATE audit_log SET timestamp = '2026-13-45 00:00:00' WHERE log_id > 7";
    vault.sql(&unruled(fault));
    let problems = vault.verify().problems.join("\n");
    for entry in [4, 8, 9, 10] {
        assert!(
            problems.contains(&format!("of entry {entry} is a value")),
            "{problems}"
        );
    }
    let loss = vault.store.read_long(|tx| tx.audit_losses()).unwrap().unwrap();
    assert_eq!(loss.unread.len(), 4, "{loss:?}");
    let named = loss.unread.join("\n").matches("event_type").count();
    assert_eq!(named, 1, "a column is named once: {loss:?}");
    let settled = vault.store.audit_accept_loss(&secret(), Some(&loss)).unwrap();
    assert_eq!(settled.unwrap().unread, loss.unread);
    let entries = vault
        .store
        .read(|tx| tx.audit_entries(&AuditFilter::default(), 100))
        .unwrap();
    let settle = entries
        .iter()
        .find(|entry| entry.action == Act::AuditSettle.action());
    let details = settle.unwrap().details.as_ref().unwrap().to_value();
    assert_eq!(details["values_lost"], json!(loss.unread));
    let mended = entries.iter().find(|entry| entry.log_id == 4).unwrap();
    assert_eq!((mended.event_type.as_str(), mended.success), ("unreadable", true));
}

/// A log that waits for its chain is not chained until somebody agrees to lose what cannot be read.
#[test]
fn an_open_takes_nothing_out() {
    let vault = vault();
    vault.sql(&unruled(
        "UPDATE audit_log SET event_type = x'ff' WHERE log_id = 5",
    ));
    let (_folder, path) = vault.lock();
    let store = unlock(&path).unwrap();
    let read = store.read(|tx| tx.audit_entries_after(i64::MIN));
    assert!(matches!(read, Err(StoreError::DatabaseDamaged(_))), "{read:?}");
}

/// Batches are read after a number, and there is no number below this one, so such a row would never be checked.
#[test]
fn a_row_with_the_lowest_number_is_named_and_goes() {
    for (table, row) in [
        (
            "audit_log",
            "(log_id, event_type, action) VALUES (-9223372036854775808, 'e', 'a')",
        ),
        (
            "security_events",
            "(event_id, event_type, severity, description) VALUES (-9223372036854775808, 'tampering', 'high', 'x')",
        ),
    ] {
        let vault = with_events();
        let fault = format!("INSERT INTO {table} {row}");
        vault.sql(&fault);
        let problems = vault.verify().problems.join("\n");
        assert!(
            problems.contains(&format!("counter of {table} does not fit a row")),
            "{problems}"
        );
        settles(&vault, &fault);
    }
}

/// Creates a vault with three events, two of them with details.
fn with_events() -> Vault {
    let vault = vault();
    vault
        .store
        .write("events", |tx| {
            for (name, details) in [
                ("one", Some(json!({ "n": 1 }))),
                ("two", None),
                ("three", Some(json!({ "n": 3 }))),
            ] {
                tx.security_event(&NewSecurityEvent {
                    at: tx.now(),
                    kind: SecurityKind::Tampering,
                    severity: Severity::High,
                    user: None,
                    description: name.into(),
                    raw_data: details.map(Into::into),
                })?;
            }
            tx.audit(&NewAuditEntry::done(tx.now(), Act::Unlock).on(Resource::every(ResourceKind::Vault)))
        })
        .unwrap();
    vault
}

fn events(vault: &Vault) -> Vec<SecurityEvent> {
    let filter = SecurityFilter::default();
    let mut events = vault.store.read(|tx| tx.security_events(&filter, 100)).unwrap();
    events.reverse();
    events
}

#[test]
fn events_whose_details_are_lost_are_listed_without_them_and_settled() {
    let of_key = "WHERE scope = 'security_events.raw_data'";
    for fault in [
        format!("UPDATE key_store SET encrypted_key = x'' {of_key}"),
        format!("UPDATE key_store SET encrypted_key = zeroblob(72) {of_key}"),
        format!("UPDATE key_store SET scope = 'x' {of_key}"),
        format!("DELETE FROM key_store {of_key}"),
        "UPDATE security_events SET raw_data = zeroblob(60) WHERE raw_data IS NOT NULL".into(),
        "UPDATE security_events SET raw_data = (SELECT raw_data FROM security_events WHERE description = 'three') \
         WHERE description = 'one'"
            .into(),
    ] {
        let vault = with_events();
        vault.sql(&fault);
        // Keys in memory stay known until the vault is locked.
        let (folder, path) = vault.lock();
        let store = unlock(&path).unwrap();
        let chat = "alice".parse().unwrap();
        let vault = Vault { folder, store, chat };
        let listed = events(&vault);
        let lost: Vec<bool> = listed.iter().take(3).map(|event| event.details_lost).collect();
        let is_one = fault.contains("description");
        assert_eq!(lost, [true, false, !is_one], "{fault}");
        assert!(listed.iter().filter(|event| event.details_lost).all(|event| event.raw_data.is_none()));
        let problems = vault.verify().problems.join("\n");
        assert!(problems.contains("security_events.raw_data of row 1"), "{fault}: {problems}");
        let loss = vault.store.read_long(|tx| tx.audit_losses()).unwrap().unwrap();
        // Its wrapping proves the key, so the row is repaired and nothing is lost.
        let is_healed = fault.contains("SET scope");
        let wanted = match (is_healed, is_one) {
            (true, _) => 0,
            (_, true) => 1,
            (_, false) => 2,
        };
        assert_eq!(loss.events.len(), wanted, "{fault}: {loss:?}");
        let is_of_key = fault.contains("key_store") && !is_healed;
        assert_eq!(loss.keys.len(), usize::from(is_of_key), "{fault}: {loss:?}");
        assert!(vault.store.audit_accept_loss(&secret(), Some(&loss)).unwrap().is_some());
        let lost: Vec<bool> = events(&vault).iter().take(3).map(|event| event.details_lost).collect();
        assert_eq!(lost, [!is_healed, false, !is_one && !is_healed], "{fault}");
        settles(&vault, &fault);
    }
}

/// A refusal reads the failures of the last minutes, and a finding reads the events. Unreadable details must not
/// prevent recording either.
#[test]
fn what_does_not_read_keeps_no_event_from_being_written() {
    for planted in ["'text'", "zeroblob(60)"] {
        let vault = with_events();
        let failed = |kind: SecurityKind| NewSecurityEvent {
            at: at("2025-06-01T00:00:00Z"),
            kind,
            severity: Severity::High,
            user: None,
            description: "one".into(),
            raw_data: Some(json!({ "n": 1 }).into()),
        };
        let entry = NewAuditEntry::done(at("2025-06-01T00:00:00Z"), Act::UnlockFailed).failed("wrong");
        let entry = entry.with(json!({ "within_window": 2 }));
        vault.store.write("fail", |tx| tx.audit(&entry)).unwrap();
        vault.sql(&unruled(&format!(
            "UPDATE audit_log SET details = {planted} WHERE success = FALSE; UPDATE security_events SET raw_data = {planted}"
        )));
        let written = vault.store.write("events", |tx| {
            tx.security_event(&failed(SecurityKind::Authentication))?;
            tx.security_event_once(&failed(SecurityKind::Tampering))
        });
        assert!(matches!(written, Ok(true)), "{planted}: {written:?}");
        settles(&vault, planted);
    }
}

#[test]
fn each_value_of_an_event_that_no_list_reads_is_settled() {
    for (column, own) in [
        ("timestamp", &TIMES[..]),
        ("event_type", &[]),
        ("severity", &["'zz'"]),
        ("source_ip", &[]),
        ("user_id", &[]),
        ("description", &[]),
        ("raw_data", &["'text'", "5"]),
        ("resolved", &NUMBERS),
        ("resolved_at", &TIMES),
        ("resolution", &[]),
    ] {
        for value in ANY.iter().chain(own) {
            let vault = with_events();
            let fault = format!("UPDATE security_events SET {column} = {value} WHERE event_id = 1");
            vault.sql(&unruled(&fault));
            let problems = vault.verify().problems.join("\n");
            assert!(
                problems.contains(&format!("security_events.{column} of row 1"))
                    || problems.contains("security event 1 has"),
                "{fault}: {problems}"
            );
            vault.receive(&[("meanwhile", "2025-06-01T00:00:00Z")]);
            settles(&vault, &fault);
        }
    }
}
