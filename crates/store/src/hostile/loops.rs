//! Tests of loops that a trigger, a view or a page would keep running.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use privatus_sqlite::WorkLimit;

use super::{ENDLESS, IGNORED, is_damage, vault};
use crate::db::statement::Sql;
use crate::testing::{Vault, at, message, options, unlock};
use crate::{Password, Secret, Store, StoreError, VaultOptions};

fn removed(vault: &Vault) {
    vault
        .store
        .write("remove", |tx| tx.contact_remove(&"alice".parse()?))
        .unwrap();
}

#[test]
fn a_sweep_whose_batches_change_nothing_ends_and_so_does_the_open() {
    let endless = format!("SELECT count(*) FROM ({ENDLESS})");
    for (trigger, told) in [
        (
            format!("CREATE TRIGGER x BEFORE DELETE ON messages_202506 BEGIN {IGNORED}; END"),
            "remove a message: the write had no effect",
        ),
        (
            // Adds a row after the last one for each removed row.
            "CREATE TRIGGER x AFTER DELETE ON messages_202506 BEGIN INSERT INTO messages_202506 \
             (row_key, message_id, content, is_outgoing, is_encrypted, is_read, is_deleted, timestamp, created_at) \
             VALUES (OLD.row_key + 1, 'again', x'', 0, 0, 0, 1, 1748736000000, 1748736000000); END"
                .to_owned(),
            "a trigger puts rows back",
        ),
        (
            format!("CREATE TRIGGER x BEFORE INSERT ON message_locator BEGIN {IGNORED}; END"),
            "note a removed message: the write had no effect",
        ),
        (
            format!("CREATE TRIGGER x BEFORE DELETE ON conversations BEGIN {IGNORED}; END"),
            "remove a conversation: the write had no effect",
        ),
        (
            format!("CREATE TRIGGER x AFTER DELETE ON messages_202506 BEGIN {endless}; END"),
            "more work than the file's pages can need",
        ),
    ] {
        let vault = vault();
        removed(&vault);
        vault.sql(&trigger);
        let swept = vault.store.removals_sweep();
        assert!(is_damage(&swept, told), "{trigger}: {swept:?}");
        let (_folder, path) = vault.lock();
        let store = unlock(&path).unwrap();
        let told = "trigger x is not part of this build's schema";
        assert!(
            store.warnings().iter().any(|warning| warning.contains(told)),
            "{trigger}: {:?}",
            store.warnings()
        );
    }
}

#[test]
fn late_messages_that_do_not_move_end_the_sweep() {
    for (trigger, told) in [
        (
            format!("CREATE TRIGGER x BEFORE DELETE ON messages_late BEGIN {IGNORED}; END"),
            "move a message: the write had no effect",
        ),
        (
            format!("CREATE TRIGGER x BEFORE INSERT ON conversation_months BEGIN {IGNORED}; END"),
            "note a conversation's month: the write had no effect",
        ),
        (
            format!("CREATE TRIGGER x BEFORE UPDATE OF last_row_key ON conversations BEGIN {IGNORED}; END"),
            "move a conversation's last message: the write had no effect",
        ),
        (
            "CREATE TRIGGER x AFTER DELETE ON messages_late BEGIN INSERT INTO messages_late \
             (row_key, message_id, content, is_outgoing, is_encrypted, is_read, is_deleted, timestamp, created_at) \
             VALUES (OLD.row_key + 1, 'again' || OLD.row_key, x'', 0, 0, 0, 1, OLD.timestamp, OLD.created_at); \
             INSERT INTO message_locator (message_id, partition, row_key) VALUES (randomblob(16), 999999, 1); END"
                .to_owned(),
            "the write had no effect",
        ),
    ] {
        let mut vault = vault();
        vault.receive(&[("late", "2025-08-20T00:00:00Z")]);
        vault.store.shared.clock = Some(|| at("2025-08-25T00:00:00Z"));
        vault.sql(&trigger);
        let swept = vault.store.late_messages_sweep();
        assert!(is_damage(&swept, told), "{trigger}: {swept:?}");
    }
}

#[test]
fn names_that_do_not_stay_folded_end_the_settling() {
    for trigger in [
        format!("CREATE TRIGGER x BEFORE UPDATE ON contacts BEGIN {IGNORED}; END"),
        // Adds a contact for each folded name.
        "CREATE TRIGGER x AFTER UPDATE ON contacts BEGIN INSERT INTO contacts (contact_id, display_name, public_key) \
         VALUES ('more' || (SELECT count(*) FROM contacts), 'More', x''); END"
            .to_owned(),
    ] {
        let vault = vault();
        vault.sql("UPDATE contacts SET folded_name = NULL");
        vault.sql(&trigger);
        let folded = vault.store.write("fold", |tx| tx.contact_names_fold());
        assert!(
            is_damage(&folded, "the write had no effect") || is_damage(&folded, "a trigger puts rows back"),
            "{trigger}: {folded:?}"
        );
    }
}

#[test]
fn entries_that_a_trigger_adds_end_the_chaining() {
    let vault = vault();
    vault.store.shared.note_now(privatus_crypto::Noted::Nothing);
    vault.sql(
        "UPDATE audit_log SET mac = NULL, key_number = NULL; \
         CREATE TRIGGER x AFTER UPDATE ON audit_log BEGIN INSERT INTO audit_log (event_type, action) VALUES ('e', 'a'); END",
    );
    let settled = vault.store.write("settle", |tx| tx.audit_take_unchained(true));
    assert!(is_damage(&settled, "a trigger puts rows back"), "{settled:?}");
}

/// The schema has more rows than SQLite reads between two checks of the flag, and opening a vault reads these first.
#[test]
fn a_flag_ends_an_open_within_a_statement() {
    let vault = vault();
    vault.sql_undefended(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000) \
         INSERT INTO sqlite_master SELECT 'view', 'v' || i, 'v' || i, 0, 'CREATE VIEW v' || i || ' AS SELECT 1' FROM n",
    );
    let (_folder, path) = vault.lock();
    let stop = Arc::new(AtomicBool::new(true));
    let options = VaultOptions {
        stop: Some(Arc::clone(&stop)),
        ..options(crate::testing::clock)
    };
    let secret = Secret::Password(Password::new("secret").unwrap());
    let opened = Store::unlock(&path, &secret, &options);
    assert!(matches!(opened, Err(StoreError::Interrupted)), "{opened:?}");
    stop.store(false, Ordering::Relaxed);
    assert!(Store::unlock(&path, &secret, &options).is_ok());
}

#[test]
fn a_flag_ends_an_endless_view_before_its_work_is_too_much() {
    let vault = vault();
    vault.sql(&format!("CREATE VIEW endless AS {ENDLESS}"));
    let (_folder, path) = vault.lock();
    let stop = Arc::new(AtomicBool::new(false));
    let options = VaultOptions {
        stop: Some(Arc::clone(&stop)),
        ..options(crate::testing::clock)
    };
    let secret = Secret::Password(Password::new("secret").unwrap());
    let store = Store::unlock(&path, &secret, &options).unwrap();
    let endless = || {
        store.read(|tx| {
            tx.db
                .row::<i64>(Sql::new("SELECT count(*) FROM endless"), "count")
        })
    };
    let limited = endless();
    assert!(
        is_damage(&limited, "more work than the file's pages can need"),
        "{limited:?}"
    );
    let ended = store.read(|tx| {
        // Inside the transaction, only SQLite's own check can see the flag.
        stop.store(true, Ordering::Relaxed);
        tx.db
            .row::<i64>(Sql::new("SELECT count(*) FROM endless"), "count")
    });
    assert!(matches!(ended, Err(StoreError::Interrupted)), "{ended:?}");
}

#[test]
fn a_flag_ends_an_open_and_the_next_does_its_sweeps() {
    let vault = vault();
    let batch: Vec<_> = (0..1_200)
        .map(|number| message(&format!("m{number}"), "2025-06-02T00:00:00Z"))
        .collect();
    vault
        .store
        .write("batch", |tx| tx.messages_insert(&vault.chat, &batch))
        .unwrap();
    removed(&vault);
    let (_folder, path) = vault.lock();
    let stop = Arc::new(AtomicBool::new(true));
    let options = VaultOptions {
        stop: Some(Arc::clone(&stop)),
        ..options(crate::testing::clock)
    };
    let secret = Secret::Password(Password::new("secret").unwrap());
    let ended = Store::unlock(&path, &secret, &options);
    assert!(matches!(ended, Err(StoreError::Interrupted)), "{ended:?}");
    // The sweep's work is left to the next open that is not stopped.
    stop.store(false, Ordering::Relaxed);
    let store = Store::unlock(&path, &secret, &options).unwrap();
    assert_eq!(store.warnings(), Vec::<String>::new());
    let sql = Sql::new("SELECT count(*) FROM pending_removals");
    let pending: Option<i64> = store.read(|tx| tx.db.row(sql, "count")).unwrap();
    assert_eq!(pending, Some(0));
    assert_eq!(store.removals_sweep().unwrap(), 0);
}

/// The work of a removal's longest statements is counted for a thousand messages and extrapolated to a million.
#[test]
fn a_sweep_of_a_million_messages_is_far_from_the_limit() {
    const COUNTED: u64 = 2_000;
    const WANTED: u64 = 1_000_000;
    let vault = Vault::new();
    let batch: Vec<_> = (0..COUNTED)
        .map(|number| message(&format!("m{number}"), "2025-06-02T00:00:00Z"))
        .collect();
    let pages = |vault: &Vault| -> u64 {
        let sql = Sql::new("PRAGMA page_count");
        let pages: Option<i64> = vault.store.read(|tx| tx.db.row(sql, "count")).unwrap();
        pages.unwrap().try_into().unwrap()
    };
    let before = pages(&vault);
    vault
        .store
        .write("batch", |tx| tx.messages_insert(&vault.chat, &batch))
        .unwrap();
    let a_million_pages = (pages(&vault) - before) * WANTED / COUNTED;
    removed(&vault);
    let limit = WorkLimit::DEFAULT.of_pages(a_million_pages);
    let number: Option<i64> = vault
        .store
        .read(|tx| {
            tx.db
                .row(Sql::new("SELECT conversation FROM pending_removals"), "find")
        })
        .unwrap();
    let number = number.unwrap();
    vault.store.work_done().unwrap();
    let start = vault.store.work_done().unwrap();
    vault.store.read(|tx| tx.rows_counted(number)).unwrap();
    let counting = (vault.store.work_done().unwrap() - start).vm_steps;
    let start = vault.store.work_done().unwrap();
    let checked: Option<String> = vault
        .store
        .read(|tx| tx.db.row(Sql::new("PRAGMA integrity_check"), "check"))
        .unwrap();
    assert_eq!(checked.as_deref(), Some("ok"));
    let checking = (vault.store.work_done().unwrap() - start).vm_steps;
    let start = vault.store.work_done().unwrap();
    vault.store.write("batch", |tx| tx.removal_batch(number)).unwrap();
    let deleting = (vault.store.work_done().unwrap() - start).vm_steps;
    eprintln!(
        "of {COUNTED} messages: {counting} operations to count, {checking} to check, {deleting} a batch; \
         limit of a million, with {a_million_pages} pages: {limit}"
    );
    // The statements that grow with the vault, and all statements of a batch, which do not, counted as one.
    for longest in [counting * WANTED / COUNTED, checking * WANTED / COUNTED, deleting] {
        assert!(longest < limit / 10, "{longest} of {limit}");
    }
}
