//! A log that is changed to look as if it came from a build without a chain.

#![allow(clippy::disallowed_methods)]

use super::*;

#[test]
fn a_log_that_is_made_to_look_old_is_told_of_until_it_is_settled() {
    for (launder, says) in [
        (LAUNDER.to_owned(), "is not the one that the key ring notes"),
        (
            format!("{LAUNDER}; DELETE FROM audit_log; DELETE FROM sqlite_sequence WHERE name = 'audit_log'"),
            "entry 1",
        ),
        (
            // A checkpoint that claims that retention removed the entry.
            "DELETE FROM audit_log WHERE log_id = 1; UPDATE vault_state SET audit_removed = 1, \
             audit_removed_mac = zeroblob(32), audit_removed_at = '2025-01-01 00:00:00.000', \
             audit_checkpoint = zeroblob(36)"
                .to_owned(),
            "is not in the audit log",
        ),
    ] {
        let vault = Vault::new();
        vault.sql(&launder);
        let vault = Closed::of(vault);
        let path = vault.path.clone();
        let keys = Store::unlock_keys(&path, &secret()).unwrap();
        for times in 0..3 {
            let store = match times {
                0 => Store::open(&path, &keys, &options(clock)).unwrap(),
                _ => vault.open(),
            };
            assert!(warned(&store).contains(says), "{launder}: {}", warned(&store));
            // One alarm for each distinct report: a missing entry may become a different entry as the log grows.
            let alarms = alarms(&store);
            assert!(alarms.iter().all(|severity| *severity == Severity::Critical));
            assert!((1..=2).contains(&alarms.len()), "{launder}: {}", alarms.len());
            assert_eq!(count(&store, Act::AuditContradicted), alarms.len());
            let check = store.read(|tx| tx.audit_verify(None, &mut |_| true)).unwrap();
            assert!(check.broken.is_some(), "{launder}");
            store.close().unwrap();
        }
        let store = vault.open();
        let loss = store.audit_accept_loss(&secret(), None).unwrap().unwrap();
        // However little is left, the noted entry is named, and what remains or is missing up to it.
        assert!(
            loss.up_to >= 1 && loss.noted_lost == Some(1),
            "{launder}: {loss:?}"
        );
        let named = loss.missing.ranges.iter().chain(&loss.unproven.ranges);
        assert_eq!(
            named.map(|(first, _)| *first).min(),
            Some(1),
            "{launder}: {loss:?}"
        );
        let check = store.read(|tx| tx.audit_verify(None, &mut |_| true)).unwrap();
        assert_eq!(check.broken, None, "{launder}");
        store.close().unwrap();
        let store = vault.open();
        assert!(!warned(&store).contains(says), "{}", warned(&store));
        assert!(warned(&store).contains("a loss in the audit log was accepted"));
        assert_eq!(note(&path).losses, 1);
        // The warnings end once the events are resolved.
        let filter = SecurityFilter {
            unresolved_only: true,
            ..SecurityFilter::default()
        };
        let events = store.read(|tx| tx.security_events(&filter, 10)).unwrap();
        for event in events {
            store
                .write("resolve", |tx| {
                    tx.security_resolve(event.event_id, &Resolution::new("looked at")?)
                })
                .unwrap();
        }
        store.close().unwrap();
        let store = vault.open();
        assert_eq!(warned(&store), "");
    }
}

/// The step that added the chain of the audit log.
const CHAINED: i64 = 20_261_125_000_003;

/// The vault's own SQL removes the chain, the log is changed, and the schema is upgraded again with the ledger's row as
/// it was, before or during the next open.
#[test]
fn a_schema_that_was_taken_back_past_the_program_is_told_of() {
    for goes_up in [false, true] {
        let vault = Vault::new();
        // The step that added the chain, and each step after it.
        let steps: Vec<_> = STEPS
            .all()
            .iter()
            .filter(|step| step.version() >= CHAINED)
            .collect();
        assert_eq!(steps.first().map(|step| step.version()), Some(CHAINED));
        assert!(steps.iter().all(|step| step.partition_down.is_none()));
        let downs: Vec<&str> = steps.iter().rev().map(|step| step.down).collect();
        let ups: Vec<&str> = steps.iter().map(|step| step.up).collect();
        let (down, up) = (downs.join(";"), ups.join(";"));
        let keep = "CREATE TABLE kept AS SELECT * FROM schema_migrations WHERE version >= 20261125000003; \
                    CREATE TABLE kept_too AS SELECT * FROM __diesel_schema_migrations WHERE version >= '20261125000003'; \
                    DELETE FROM schema_migrations WHERE version >= 20261125000003; \
                    DELETE FROM __diesel_schema_migrations WHERE version >= '20261125000003'";
        let again = "INSERT INTO schema_migrations SELECT * FROM kept; \
                     INSERT INTO __diesel_schema_migrations SELECT * FROM kept_too";
        vault.sql(&format!("PRAGMA foreign_keys = OFF; {down}; {keep}"));
        vault.sql("UPDATE audit_log SET action = 'forged'");
        if goes_up {
            vault.sql(&format!("{up}; {again}"));
        }
        vault.sql("DROP TABLE kept; DROP TABLE kept_too");
        let folder = vault.abandon();
        let path = folder.path().join("vault");
        let vault = Closed {
            _folder: folder,
            path,
        };
        let store = vault.open();
        let says = if goes_up {
            "is not the one that the key ring notes".to_owned()
        } else {
            format!("the key ring notes {}", Migrator::newest())
        };
        assert!(warned(&store).contains(&says), "{goes_up}: {}", warned(&store));
        assert_eq!(alarms(&store), [Severity::Critical], "{goes_up}");
        store.close().unwrap();
        // The next open still reports it.
        assert_ne!(warned(&vault.open()), "", "{goes_up}");
    }
}

/// The audit key stays, so the noted entry would get the same MAC again.
#[test]
fn a_log_that_lost_its_chain_is_not_signed_again_but_by_its_owner() {
    for state in ["UPDATE vault_state SET settled_version = 0", "SELECT 1"] {
        let vault = Closed::new();
        let last = vault.number("SELECT max(log_id) FROM audit_log");
        let unsigned = format!("SELECT count(*) FROM audit_log WHERE mac IS NULL AND log_id <= {last}");
        vault.sql(&format!(
            "{state}; UPDATE audit_log SET mac = NULL, key_number = NULL; \
             UPDATE audit_log SET action = 'forged' WHERE log_id = 2"
        ));
        for _ in 0..2 {
            let told = vault.told();
            assert!(
                told.contains("is not the one that the key ring notes"),
                "{state}: {told}"
            );
            assert_eq!(vault.number(&unsigned), last, "{state}");
            // Everything that reported it is removed, and the numbers too.
            vault.sql(&format!(
                "DELETE FROM security_events; DELETE FROM audit_log WHERE log_id > {last}; \
                 DELETE FROM sqlite_sequence WHERE name = 'security_events'; \
                 UPDATE sqlite_sequence SET seq = {last} WHERE name = 'audit_log'"
            ));
        }
        let store = vault.open();
        let loss = store.audit_accept_loss(&secret(), None).unwrap().unwrap();
        assert_eq!(
            (loss.noted_lost, loss.unproven.ranges.as_slice()),
            (Some(1), [(1, last)].as_slice())
        );
        store.close().unwrap();
        assert_eq!(vault.number(&unsigned), 0, "{state}");
        let found = note(&vault.path);
        assert!(
            found.losses == 1 && found.last_loss > last && found.log_id >= found.last_loss,
            "{found:?}"
        );
        // The entry that records this is noted too.
        vault.sql(&format!(
            "DELETE FROM audit_log WHERE log_id > {last}; DELETE FROM security_events"
        ));
        assert!(vault.told().contains("is not in the audit log"));
    }
}

/// Killed while a loss is accepted: the log may already be signed again, and its first entry may match the previous
/// note.
#[test]
fn a_loss_that_was_being_accepted_is_told_of_until_it_is() {
    let vault = Closed::new();
    vault.sql("DELETE FROM audit_log WHERE log_id = 2");
    let store = vault.open();
    let (ring, unlocked) = ring(&vault.path);
    super::super::anew::begin(&store, &ring, &unlocked).unwrap();
    store.close().unwrap();
    for _ in 0..2 {
        let told = vault.told();
        assert!(told.contains("accept it again"), "{told}");
    }
    let store = vault.open();
    assert!(store.audit_accept_loss(&secret(), None).unwrap().is_some());
    store.close().unwrap();
    assert!(!vault.told().contains("accept it again"));
    assert_eq!(note(&vault.path).losses, 1);
}

/// The key ring of a step back allows a log without a chain. Put back later, it is an older key ring.
#[test]
fn the_key_ring_of_a_step_back_has_nothing_signed_later() {
    let vault = Closed::new();
    let mut migrator = Migrator::unlock(&vault.path, &secret(), &options(clock)).unwrap();
    let to = migrator.status().unwrap().first().unwrap().version;
    let plan = migrator.plan_down(to).unwrap();
    migrator.down(&plan).unwrap().unwrap();
    drop(migrator);
    let old = vault.ring_bytes();
    assert_eq!(vault.told(), "");
    vault.put_ring(&old);
    vault.sql(
        "UPDATE vault_state SET highest_generation = 1, settled_version = 0; \
         UPDATE audit_log SET mac = NULL, key_number = NULL; UPDATE audit_log SET action = 'forged' WHERE log_id = 2",
    );
    assert!(vault.told().contains("the key ring is older"));
    assert!(vault.number("SELECT count(*) FROM audit_log WHERE mac IS NULL") > 2);
}
