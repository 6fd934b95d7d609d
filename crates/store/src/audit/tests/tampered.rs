//! Tests of a log that is altered with plain SQL by somebody who has the database's key: what is found, and its text.

use privatus_domain::AuditHead;

use super::{check, head, unruled, vault, write};
use crate::audit::AuditCheck;
use crate::testing::{Vault, at};
use crate::{Rule, StoreError};

/// Checks the log in a transaction that alters it and is then rolled back.
fn found(vault: &Vault, alter: &str, anchor: Option<&AuditHead>) -> AuditCheck {
    let mut found = None;
    let given_up: Result<(), StoreError> = vault.store.write("alter", |tx| {
        tx.db.raw().execute_batch(&unruled(alter))?;
        found = Some(tx.audit_verify(anchor, &mut |_| true)?);
        Err(StoreError::Interrupted)
    });
    assert!(
        matches!(given_up, Err(StoreError::Interrupted)),
        "{alter}: {given_up:?}"
    );
    found.unwrap()
}

/// Returns SQL that swaps two entries.
fn swap(first: i64, second: i64) -> String {
    format!(
        "UPDATE audit_log SET log_id = -1 WHERE log_id = {first}; \
         UPDATE audit_log SET log_id = {first} WHERE log_id = {second}; \
         UPDATE audit_log SET log_id = {second} WHERE log_id = -1"
    )
}

#[test]
fn whatever_is_altered_is_named() {
    let vault = vault();
    for (alter, entry, says) in [
        ("DELETE FROM audit_log WHERE log_id = 6", 7, "entry 6 is missing"),
        (
            "DELETE FROM audit_log WHERE log_id IN (4, 5, 6)",
            7,
            "entries 4 to 6 are missing",
        ),
        ("DELETE FROM audit_log WHERE log_id = 1", 2, "entry 1 is missing"),
        (
            "DELETE FROM audit_log WHERE log_id <= 5",
            6,
            "entries 1 to 5 are missing",
        ),
        (
            "DELETE FROM audit_log WHERE log_id = 10",
            10,
            "entry 10 is missing at the end",
        ),
        (
            "DELETE FROM audit_log WHERE log_id > 7",
            10,
            "entries 8 to 10 are missing at the end",
        ),
        (
            "DELETE FROM audit_log",
            10,
            "entries 1 to 10 are missing at the end",
        ),
        (
            "DELETE FROM audit_log; DELETE FROM sqlite_sequence",
            1,
            "every entry is missing",
        ),
        (
            &swap(5, 8),
            5,
            "entry 5: its details were changed, or are another entry's",
        ),
        (&swap(3, 4), 3, "entry 3 was changed or replaced"),
        (
            "UPDATE audit_log SET log_id = 11 WHERE log_id = 6",
            7,
            "entry 6 is missing",
        ),
        (
            "INSERT INTO audit_log (event_type, action) VALUES ('contact', 'add')",
            11,
            "entry 11 has no MAC",
        ),
        (
            "INSERT INTO audit_log (log_id, event_type, action) VALUES (0, 'a', 'b')",
            0,
            "entry 0 has no MAC",
        ),
        (
            "INSERT INTO audit_log SELECT log_id + 10, timestamp, event_type, user_id, resource_type, resource_id, \
             action, NULL, ip_address, user_agent, success, error_message, mac, key_number FROM audit_log WHERE log_id = 5",
            15,
            "entries 11 to 14 are missing",
        ),
        (
            "UPDATE audit_log SET mac = NULL WHERE log_id = 5",
            5,
            "entry 5 has no MAC",
        ),
        (
            "UPDATE audit_log SET mac = zeroblob(32) WHERE log_id = 5",
            5,
            "entry 5 was changed",
        ),
        (
            "UPDATE audit_log SET mac = x'00' WHERE log_id = 5",
            5,
            "entry 5 was changed",
        ),
        (
            "UPDATE audit_log SET key_number = NULL WHERE log_id = 5",
            5,
            "entry 5 has no MAC",
        ),
        (
            "UPDATE audit_log SET key_number = 1 WHERE log_id = 5",
            5,
            "entry 5 names a key that is not",
        ),
        (
            "UPDATE audit_log SET key_number = 4000000000 WHERE log_id = 5",
            5,
            "entry 5 names a key that is not",
        ),
        (
            "UPDATE audit_log SET key_number = -1 WHERE log_id = 5",
            5,
            "entry 5 names a key that is not",
        ),
        (
            "UPDATE audit_log SET timestamp = '2025-06-01 00:00:00.001' WHERE log_id = 5",
            5,
            "entry 5 was changed",
        ),
        (
            "UPDATE audit_log SET timestamp = NULL WHERE log_id = 5",
            5,
            "entry 5 was changed",
        ),
        (
            "UPDATE audit_log SET event_type = 'group' WHERE log_id = 5",
            5,
            "entry 5 was changed",
        ),
        (
            "UPDATE audit_log SET user_id = '' WHERE log_id = 5",
            5,
            "entry 5 was changed",
        ),
        (
            "UPDATE audit_log SET resource_type = 'group' WHERE log_id = 5",
            5,
            "entry 5 was changed",
        ),
        (
            "UPDATE audit_log SET resource_id = 'nobody' WHERE log_id = 5",
            5,
            "entry 5 was changed",
        ),
        (
            "UPDATE audit_log SET action = 'remove' WHERE log_id = 5",
            5,
            "entry 5 was changed",
        ),
        (
            "UPDATE audit_log SET details = NULL WHERE log_id = 5",
            5,
            "entry 5 was changed",
        ),
        (
            "UPDATE audit_log SET details = zeroblob(80) WHERE log_id = 5",
            5,
            "entry 5: its details were changed",
        ),
        (
            "UPDATE audit_log SET details = (SELECT details FROM audit_log AS o WHERE o.log_id = 15 - audit_log.log_id) \
             WHERE log_id IN (7, 8)",
            7,
            "entry 7: its details were changed",
        ),
        (
            "UPDATE audit_log SET ip_address = '::1' WHERE log_id = 5",
            5,
            "entry 5 was changed",
        ),
        (
            "UPDATE audit_log SET user_agent = 'x' WHERE log_id = 5",
            5,
            "entry 5 was changed",
        ),
        (
            "UPDATE audit_log SET success = FALSE WHERE log_id = 5",
            5,
            "entry 5 was changed",
        ),
        (
            "UPDATE audit_log SET success = NULL WHERE log_id = 5",
            5,
            "entry 5 was changed",
        ),
        (
            "UPDATE audit_log SET error_message = '' WHERE log_id = 5",
            5,
            "entry 5 was changed",
        ),
        ("UPDATE vault_state SET audit_removed = 3", 3, "incomplete"),
    ] {
        let check = found(&vault, alter, None);
        let (at, why) = check.broken.unwrap_or_else(|| panic!("not found: {alter}"));
        assert!(why.contains(says), "{alter}: {why}");
        assert_eq!(at, entry, "{alter}");
        // The full check finds it too, in the same words.
        let said: Vec<String> = {
            let mut problems = Vec::new();
            let _: Result<(), StoreError> = vault.store.write("alter", |tx| {
                tx.db.raw().execute_batch(&unruled(alter))?;
                problems = tx.verify(&mut |_| ())?.problems;
                // A MAC of another length also breaks a rule of the schema, and a number may be above SQLite's counter.
                problems.retain(|problem| {
                    !problem.starts_with("CHECK constraint") && !problem.starts_with("SQLite's counter")
                });
                Err(StoreError::Interrupted)
            });
            problems
        };
        assert_eq!(said, [format!("audit log: {why}")], "{alter}");
    }
    assert_eq!(check(&vault, None).broken, None, "nothing altered stayed");
    assert_eq!(check(&vault, None).entries, 10);
}

const CUT: &str =
    "DELETE FROM audit_log WHERE log_id > 7; UPDATE sqlite_sequence SET seq = 7 WHERE name = 'audit_log'";

#[test]
fn what_is_cut_off_at_the_end_is_seen_against_an_exported_head() {
    let vault = vault();
    let anchor = head(&vault);
    assert_eq!(check(&vault, Some(&anchor)).broken, None);
    let cut = found(&vault, CUT, None);
    assert_eq!((cut.broken, cut.entries), (None, 7), "a chain that holds");
    let (entry, why) = found(&vault, CUT, Some(&anchor)).broken.unwrap();
    assert_eq!(
        (entry, why.as_str()),
        (10, "entries 8 to 10 are missing at the end")
    );
    // The log continues after the cut, up to and past the number.
    vault.sql(CUT);
    for number in 8..=11 {
        write(&vault, &format!("other {number}"), at("2025-06-01T00:00:00Z"));
    }
    assert_eq!(check(&vault, None).broken, None);
    let (entry, why) = check(&vault, Some(&anchor)).broken.unwrap();
    assert_eq!(entry, 10);
    assert!(why.contains("entry 10 does not match the head"), "{why}");
}

/// A log continues after entries were removed from its end without resetting their counter.
#[test]
fn a_hole_is_found_though_every_mac_holds() {
    let vault = vault();
    vault.sql("DELETE FROM audit_log WHERE log_id > 8");
    write(&vault, "another", at("2025-06-01T00:00:00Z"));
    let check = check(&vault, None);
    assert_eq!(check.broken, Some((10, "entries 9 to 10 are missing".into())));
    assert_eq!(check.head.log_id, 11);
}

#[test]
fn retention_takes_a_prefix_and_leaves_a_checkpoint() {
    let vault = vault();
    let old = head(&vault);
    write(&vault, "late", at("2025-06-10T00:00:00Z"));
    write(&vault, "early among the late", at("2025-06-02T00:00:00Z"));
    let before = at("2025-06-05T00:00:00Z");
    let first_left = 11;
    let would_go = |before| vault.store.read(|tx| tx.audit_old(before)).unwrap();
    assert_eq!((would_go(before), would_go(at("2026-01-01T00:00:00Z"))), (0, 11));
    let removed = vault.store.write("prune", |tx| tx.audit_prune(before)).unwrap();
    // The creation has the time of the tests' clock, so nothing before it is removed.
    assert_eq!(removed, 0);
    let removed = vault
        .store
        .write("prune", |tx| tx.audit_prune(at("2026-01-01T00:00:00Z")))
        .unwrap();
    assert_eq!(removed, 11, "the newest stays");
    let left = check(&vault, None);
    assert_eq!(left.broken, None);
    assert_eq!(
        (left.first, left.removed, left.entries),
        (Some(first_left + 1), Some(11), 2)
    );
    // That is not a fault of the log.
    let refused = vault.store.audit_verify(Some(&old), &mut |_| true).unwrap_err();
    assert!(
        matches!(refused, StoreError::Rule(Rule::HeadRemoved { removed: 11, .. })),
        "{refused}"
    );
    for (alter, says) in [
        (
            "UPDATE vault_state SET audit_removed = 12",
            "after entry 12 was changed",
        ),
        (
            "UPDATE vault_state SET audit_removed_mac = zeroblob(32)",
            "was changed",
        ),
        ("UPDATE vault_state SET audit_removed_mac = x'00'", "was changed"),
        (
            "UPDATE vault_state SET audit_removed_at = '2025-01-01 00:00:00.000'",
            "was changed",
        ),
        (
            "UPDATE vault_state SET audit_checkpoint = zeroblob(36)",
            "was changed",
        ),
        ("UPDATE vault_state SET audit_checkpoint = x'00'", "was changed"),
        ("UPDATE vault_state SET audit_checkpoint = NULL", "incomplete"),
        (
            "UPDATE vault_state SET audit_removed = NULL, audit_removed_mac = NULL, audit_removed_at = NULL, \
             audit_checkpoint = NULL",
            "entries 1 to 11 are missing",
        ),
        ("DELETE FROM audit_log WHERE log_id = 12", "entry 12 is missing"),
    ] {
        let (_, why) = found(&vault, alter, None)
            .broken
            .unwrap_or_else(|| panic!("{alter}"));
        assert!(why.contains(says), "{alter}: {why}");
    }
    // The log continues, and a second check begins at the checkpoint.
    write(&vault, "more", at("2025-06-11T00:00:00Z"));
    let removed = vault
        .store
        .write("prune", |tx| tx.audit_prune(at("2026-01-01T00:00:00Z")))
        .unwrap();
    assert_eq!(removed, 2);
    assert_eq!(check(&vault, None).broken, None);
}

#[test]
fn a_broken_log_is_not_pruned() {
    let vault = vault();
    vault.sql("UPDATE audit_log SET action = 'remove' WHERE log_id = 9");
    let refused = vault
        .store
        .write("prune", |tx| tx.audit_prune(at("2026-01-01T00:00:00Z")))
        .unwrap_err();
    assert!(matches!(refused, StoreError::AuditBroken(_)));
    assert!(refused.to_string().contains("entry 9 was changed"), "{refused}");
    assert_eq!(check(&vault, None).entries, 8);
}

#[test]
fn a_stop_is_heard_between_batches() {
    let vault = vault();
    let stopped = vault.store.read(|tx| tx.audit_verify(None, &mut |_| false));
    assert!(matches!(stopped, Err(StoreError::Interrupted)));
}
