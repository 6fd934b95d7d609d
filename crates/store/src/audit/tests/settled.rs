//! Tests of adding entries from before the chain: in time, late, and when one of them cannot be read.

use privatus_crypto::Noted;
use privatus_domain::{Act, AuditFilter, SecurityEvent, SecurityFilter, Severity};
use serde_json::json;

use super::{check, unruled, vault, write};
use crate::Store;
use crate::db::statement::Sql;
use crate::testing::{at, contact, strip_note, unlock};

/// Returns the event that says that somebody may have altered the log.
fn tampering(store: &Store) -> Option<SecurityEvent> {
    let events = store.read(|tx| tx.security_events(&SecurityFilter::default(), 10));
    let mut events = events.unwrap().into_iter();
    events.find(|event| event.event_type == "tampering")
}

#[test]
fn entries_from_before_the_chain_are_taken_in_with_their_gaps() {
    let vault = vault();
    // As from an older build, whose key ring notes no entry.
    vault.store.shared.note_now(Noted::Nothing);
    vault.sql(
        "DELETE FROM audit_log WHERE log_id IN (1, 2, 5); UPDATE audit_log SET mac = NULL, key_number = NULL; \
         UPDATE sqlite_sequence SET seq = 20 WHERE name = 'audit_log'",
    );
    assert!(check(&vault, None).broken.is_some());
    vault
        .store
        .write("settle", |tx| tx.audit_take_unchained(true))
        .unwrap();
    let settled = check(&vault, None);
    assert_eq!(settled.broken, None);
    assert_eq!(
        (settled.first, settled.entries, settled.head.log_id),
        (Some(3), 8, 21)
    );
    // Only up to there; missing numbers after it are a fault.
    vault.sql("UPDATE sqlite_sequence SET seq = 30 WHERE name = 'audit_log'");
    write(&vault, "late", at("2025-06-01T00:00:00Z"));
    let (_, why) = check(&vault, None).broken.unwrap();
    assert_eq!(why, "entries 22 to 30 are missing");
    // A log that had a key before does not silently become valid.
    let events: Option<i64> = vault
        .store
        .read(|tx| {
            let sql = Sql::new("SELECT count(*) FROM security_events WHERE event_type = 'tampering'");
            tx.db.row(sql, "count")
        })
        .unwrap();
    assert_eq!(events, Some(1));
}

#[test]
fn a_log_that_no_open_could_settle_is_in_the_chain_before_the_first_new_entry() {
    let vault = vault();
    vault.store.shared.note_now(Noted::Nothing);
    vault.sql("UPDATE audit_log SET mac = NULL, key_number = NULL");
    write(&vault, "new", at("2025-06-01T00:00:00Z"));
    let settled = check(&vault, None);
    assert_eq!(
        (settled.broken, settled.entries),
        (None, 12),
        "`audit settle`, and the new one"
    );
}

/// Such details are lost either way, but the entry and those after it can be listed and checked.
#[test]
fn details_that_do_not_open_are_no_hindrance_to_a_chain() {
    let vault = vault();
    vault.sql(
        "UPDATE vault_state SET settled_version = 0; UPDATE audit_log SET mac = NULL, key_number = NULL; \
         UPDATE audit_log SET details = zeroblob(60) WHERE log_id = 6",
    );
    let (_folder, path) = vault.lock();
    strip_note(&path);
    let store = unlock(&path).unwrap();
    assert_eq!(store.warnings(), Vec::<String>::new());
    contact(&store, "bob");
    let found = store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
    assert_eq!(found.problems, Vec::<String>::new());
    let entries = store
        .read(|tx| tx.audit_entries(&AuditFilter::default(), 100))
        .unwrap();
    let settle = entries
        .iter()
        .find(|entry| entry.action == Act::AuditSettle.action())
        .unwrap();
    let details = settle.details.as_ref().unwrap().to_value();
    assert_eq!(details.get("details_lost"), Some(&json!([6])));
    assert!(tampering(&store).is_some());
}

#[test]
fn what_cannot_be_settled_waits_and_keeps_nobody_from_writing() {
    let vault = vault();
    vault.store.shared.note_now(Noted::Nothing);
    vault.sql(&unruled(
        "UPDATE audit_log SET mac = NULL, key_number = NULL; UPDATE audit_log SET timestamp = x'00' WHERE log_id = 4; \
         UPDATE vault_state SET settled_version = 0",
    ));
    write(&vault, "new", at("2025-06-01T00:00:00Z"));
    write(&vault, "and another", at("2025-06-01T00:00:00Z"));
    assert_eq!(
        vault.verify().problems.last().unwrap(),
        "audit log: it cannot be chained: audit_log.timestamp of entry 4 is a value that no list can read"
    );
    vault.sql("UPDATE audit_log SET timestamp = NULL WHERE log_id = 4");
    write(&vault, "mended", at("2025-06-01T00:00:00Z"));
    let settled = check(&vault, None);
    assert_eq!(
        (settled.broken, settled.entries),
        (None, 14),
        "12, `audit settle`, and the new one"
    );
}

#[test]
fn a_log_of_a_vault_without_a_note_that_is_made_to_look_old_is_chained_anew_and_told_of() {
    for key in [
        "UPDATE key_store SET encrypted_key = x'' WHERE key_type = 'audit'",
        "DELETE FROM key_store WHERE key_type = 'audit'",
    ] {
        let vault = vault();
        vault.sql(&format!(
            "UPDATE vault_state SET settled_version = 0; \
             UPDATE audit_log SET mac = NULL, key_number = NULL, action = 'x'; {key}"
        ));
        let (_folder, path) = vault.lock();
        strip_note(&path);
        let store = unlock(&path).unwrap();
        let told = tampering(&store).unwrap();
        assert_eq!(told.severity, Severity::Critical, "{key}");
    }
}
