//! Tests of accepting a loss: the remaining entries are chained again, and the loss stays visible.

use privatus_domain::{Act, AuditFilter, SecurityFilter};
use serde_json::{Value, json};

use super::{check, head, unruled, vault, write};
use crate::testing::{Vault, at, secret, unlock};
use crate::{AuditLoss, StoreError};

/// Returns the details of the entry that records the loss.
fn settled(vault: &Vault) -> Value {
    let entries = vault
        .store
        .read(|tx| tx.audit_entries(&AuditFilter::default(), 100))
        .unwrap();
    let settle = entries
        .into_iter()
        .find(|entry| entry.action == Act::AuditSettle.action());
    settle.unwrap().details.unwrap().to_value()
}

fn accept(vault: &Vault) -> Option<AuditLoss> {
    vault.store.audit_accept_loss(&secret(), None).unwrap()
}

#[test]
fn each_kind_of_loss_is_settled_and_said() {
    let missing = |ranges: Value, count: u64| json!({ "count": count, "ranges": ranges });
    let none = || missing(json!([]), 0);
    for (alter, lost, unproven) in [
        // The specification's own statement removes a prefix.
        (
            "DELETE FROM audit_log WHERE log_id <= 5",
            missing(json!([[1, 5]]), 5),
            missing(json!([[6, 6]]), 1),
        ),
        (
            "DELETE FROM audit_log WHERE log_id IN (4, 5, 7)",
            missing(json!([[4, 5], [7, 7]]), 3),
            missing(json!([[6, 6], [8, 8]]), 2),
        ),
        (
            "DELETE FROM audit_log WHERE log_id > 7",
            missing(json!([[8, 10]]), 3),
            none(),
        ),
        ("DELETE FROM audit_log", missing(json!([[1, 10]]), 10), none()),
        (
            "UPDATE audit_log SET action = 'x' WHERE log_id IN (6, 7)",
            none(),
            missing(json!([[6, 7]]), 2),
        ),
        (
            "UPDATE audit_log SET mac = NULL WHERE log_id = 6",
            none(),
            missing(json!([[6, 7]]), 2),
        ),
        (
            "UPDATE vault_state SET audit_removed = 3, audit_removed_mac = zeroblob(32), \
             audit_removed_at = '2025-01-01 00:00:00.000', audit_checkpoint = zeroblob(36)",
            none(),
            none(),
        ),
    ] {
        let vault = vault();
        assert_eq!(accept(&vault), None, "nothing is lost");
        vault.sql(&unruled(alter));
        assert!(check(&vault, None).broken.is_some(), "{alter}");
        let loss = accept(&vault).unwrap();
        assert_eq!(loss.up_to, 10, "{alter}");
        let found = check(&vault, None);
        assert_eq!(found.broken, None, "{alter}");
        let details = settled(&vault);
        assert_eq!(details["accepted_loss"], json!(true));
        assert_eq!(
            (&details["missing"], &details["unproven"]),
            (&lost, &unproven),
            "{alter}"
        );
        assert_eq!(details["up_to"], 10, "{alter}");
        let events = vault
            .store
            .read(|tx| tx.security_events(&SecurityFilter::default(), 10))
            .unwrap();
        assert_eq!(events.first().unwrap().event_type, "audit_loss", "{alter}");
        assert_eq!(accept(&vault), None, "{alter}");
        // Later entries are checked as before, and so are the earlier ones.
        write(&vault, "later", at("2025-06-01T00:00:00Z"));
        let newest = head(&vault);
        assert_eq!(check(&vault, Some(&newest)).broken, None);
        vault.sql(&format!(
            "UPDATE audit_log SET action = 'y' WHERE log_id = {}",
            newest.log_id - 1
        ));
        assert!(check(&vault, None).broken.is_some(), "{alter}");
    }
}

#[test]
fn a_loss_can_be_settled_again_and_survives_a_close() {
    let vault = vault();
    vault.sql("DELETE FROM audit_log WHERE log_id <= 3");
    assert!(accept(&vault).is_some());
    vault.sql("DELETE FROM audit_log WHERE log_id <= 6");
    let loss = accept(&vault).unwrap();
    // Numbers that were settled earlier are not reported as lost again.
    assert_eq!(
        (loss.missing.ranges, loss.unproven.ranges),
        (vec![(4, 6)], vec![(7, 7)])
    );
    let (_folder, path) = vault.lock();
    let store = unlock(&path).unwrap();
    let found = store.read(|tx| tx.audit_verify(None, &mut |_| true)).unwrap();
    assert_eq!(found.broken, None);
    let noted = store.shared.noted();
    assert_eq!(noted.note().unwrap().losses, 2);
}

#[test]
fn only_who_may_do_everything_accepts_it() {
    let vault = vault();
    vault.sql("DELETE FROM audit_log WHERE log_id = 5");
    let (_folder, path) = vault.lock();
    let store = unlock(&path).unwrap().bind("ann".parse().unwrap());
    let error = store.audit_accept_loss(&secret(), None).unwrap_err();
    assert!(matches!(error, StoreError::AccessDenied { .. }), "{error}");
    store.close().unwrap();
    let store = unlock(&path).unwrap();
    let wrong = privatus_crypto::Secret::Password(privatus_crypto::Password::new("wrong").unwrap());
    let error = store.audit_accept_loss(&wrong, None).unwrap_err();
    assert!(matches!(error, StoreError::WrongSecret), "{error}");
    assert!(
        store
            .read(|tx| tx.audit_verify(None, &mut |_| true))
            .unwrap()
            .broken
            .is_some()
    );
}

/// The log loses more entries while the user considers the question.
#[test]
fn only_the_loss_that_was_asked_about_is_accepted() {
    let vault = vault();
    vault.sql(&unruled("DELETE FROM audit_log WHERE log_id = 5"));
    let asked = vault.store.read_long(|tx| tx.audit_losses()).unwrap().unwrap();
    vault.sql(&unruled("DELETE FROM audit_log WHERE log_id = 7"));
    let error = vault
        .store
        .audit_accept_loss(&secret(), Some(&asked))
        .unwrap_err();
    assert!(matches!(error, StoreError::AuditBroken(_)), "{error}");
    assert!(check(&vault, None).broken.is_some());
    let asked = vault.store.read_long(|tx| tx.audit_losses()).unwrap().unwrap();
    let loss = vault.store.audit_accept_loss(&secret(), Some(&asked)).unwrap();
    assert_eq!(loss.unwrap().missing, asked.missing);
}

/// A counter that has reached the end of the numbers prevents all writes. Settling repairs it without losing entries.
#[test]
fn a_counter_that_ends_the_numbers_is_told_and_put_right() {
    let set =
        |table: &str, value: &str| format!("UPDATE sqlite_sequence SET seq = {value} WHERE name = '{table}'");
    let most = "9223372036854775807";
    let row = format!("INSERT INTO audit_log (log_id, event_type, action) VALUES ({most}, 'e', 'a')");
    let event = format!(
        "INSERT INTO security_events (event_id, event_type, severity, description) \
         VALUES ({most}, 'tampering', 'high', 'x')"
    );
    for (alter, table, unproven) in [
        (set("audit_log", most), "audit_log", 0),
        (set("audit_log", "'abc'"), "audit_log", 0),
        (set("security_events", most), "security_events", 0),
        (row, "audit_log", 1),
        (event, "security_events", 0),
        (
            "INSERT INTO sqlite_sequence (name, seq) VALUES ('audit_log', 3)".to_owned(),
            "audit_log",
            0,
        ),
    ] {
        let vault = vault();
        // One event, so that the counter exists.
        let event = |tx: &mut crate::tx::WriteTx<'_>| {
            tx.security_event(&privatus_domain::NewSecurityEvent {
                at: tx.now(),
                kind: privatus_domain::SecurityKind::Tampering,
                severity: privatus_domain::Severity::High,
                user: None,
                description: "found".into(),
                raw_data: None,
            })?;
            tx.audit(&privatus_domain::NewAuditEntry::done(tx.now(), Act::Unlock))
        };
        vault.store.write("event", event).unwrap();
        vault.sql(&alter);
        let said = vault.verify().problems;
        assert!(
            said.iter()
                .any(|line| line.contains(&format!("counter of {table}"))),
            "{alter}: {said:?}"
        );
        if !alter.contains("seq) VALUES") {
            let refused = vault.store.write("event", event);
            assert!(
                matches!(&refused, Err(StoreError::DatabaseDamaged(why))
                    if why.contains(table) && why.contains("settle the audit log")),
                "{alter}: {refused:?}"
            );
        }
        let loss = accept(&vault).unwrap();
        assert_eq!(loss.counters, [table], "{alter}");
        assert_eq!(
            (loss.missing.count, loss.unproven.count),
            (0, unproven),
            "{alter}"
        );
        assert_eq!(loss.up_to, 11, "{alter}");
        assert_eq!(settled(&vault)["counters"][0]["table"], table, "{alter}");
        assert_eq!(head(&vault).log_id, 13, "{alter}: and the note on the key ring's");
        vault.store.write("event", event).unwrap();
        assert_eq!(vault.verify().problems, Vec::<String>::new(), "{alter}");
        assert_eq!(accept(&vault), None, "{alter}");
    }
}

fn events(store: &crate::Store) -> Vec<String> {
    let events = store.read(|tx| tx.security_events(&SecurityFilter::default(), 10));
    events
        .unwrap()
        .into_iter()
        .map(|event| event.event_type)
        .collect()
}

/// The process is killed after the log was made writable and before the entry that records it.
#[test]
fn what_an_interrupted_settling_gave_up_is_said_all_the_same() {
    let vault = vault();
    vault.sql(&unruled("UPDATE vault_state SET next_key_number = 'abc'"));
    let found = vault.store.read_long(|tx| tx.audit_losses()).unwrap().unwrap();
    assert_eq!(
        found.marks,
        ["vault_state.next_key_number has a value that no build writes"]
    );
    vault
        .store
        .write("settle", |tx| tx.books_settle(found))
        .map(drop)
        .unwrap();
    let folder = vault.abandon();
    let store = unlock(&folder.path().join("vault")).unwrap();
    assert_eq!(events(&store), ["audit_loss"]);
    assert!(
        store
            .warnings()
            .iter()
            .any(|text| text.contains("loss in the audit log was accepted"))
    );
    assert_eq!(store.audit_accept_loss(&secret(), None).unwrap(), None);
    let found = store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
    assert_eq!(found.problems, Vec::<String>::new());
}

/// The key ring has lost its note, and the entry that settles cannot be written.
#[test]
fn a_settling_that_failed_under_a_key_ring_without_a_note_is_told_and_done_again() {
    let vault = vault();
    // The log now says that there is a note.
    vault.sql(&unruled("DELETE FROM audit_log WHERE log_id = 5"));
    assert!(accept(&vault).is_some());
    let (_folder, path) = vault.lock();
    crate::testing::strip_note(&path);
    let store = unlock(&path).unwrap();
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON audit_log WHEN NEW.action = 'settle' \
                  BEGIN SELECT RAISE(ABORT, 'no'); END";
    let run = |sql: &str| store.with_writer(|db| Ok(db.raw().execute_batch(sql)?)).unwrap();
    run(refuse);
    store.audit_accept_loss(&secret(), None).unwrap_err();
    run("DROP TRIGGER refuse");
    store.close().unwrap();
    let store = unlock(&path).unwrap();
    let told = store.warnings().join("\n");
    assert!(told.contains("interrupted or failed; accept it again"), "{told}");
    assert!(store.audit_accept_loss(&secret(), None).unwrap().is_some());
    assert_eq!(store.audit_accept_loss(&secret(), None).unwrap(), None);
    store.close().unwrap();
    let store = unlock(&path).unwrap();
    assert!(!store.warnings().join("\n").contains("accept it again"));
    let found = store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
    assert_eq!(found.problems, Vec::<String>::new());
}

/// Impossible rows of statistics are removed and named.
#[test]
fn figures_that_cannot_be_are_settled() {
    let vault = vault();
    vault.sql(
        "INSERT INTO usage_statistics (date, metric, value) VALUES ('2099-06-01', 'low', -1), \
         ('2099-06-01', 'high', 9223372036854775807), ('whenever', 'x', 1), ('2099-06-01', hex(zeroblob(600)), 1), \
         ('2099-06-01', 'good', 9007199254740992), ('2099-06-02', 'none', NULL)",
    );
    let problems = || {
        let found = vault.store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
        found.problems
    };
    assert!(
        problems()
            .iter()
            .any(|told| told.contains("usage_statistics.value"))
    );
    let loss = accept(&vault).unwrap();
    assert_eq!(loss.marks.len(), 4, "{loss:?}");
    assert!(
        loss.marks.iter().all(|mark| mark.contains("usage_statistics")),
        "{loss:?}"
    );
    assert_eq!(problems(), Vec::<String>::new());
    assert!(settled(&vault)["marks"].to_string().contains("usage_statistics"));
    assert_eq!(accept(&vault), None);
}
