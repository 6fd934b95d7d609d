//! Tests of leaps in the numbers of keys, and of rows by the thousand: no key is created that far ahead, and the cost
//! of a repair depends only on the number of rows.

use privatus_crypto::TableKey;

use super::is_damage;
use super::key_rows::{opened, plant, vault};
use crate::StoreError;
use crate::db::statement::Sql;
use crate::keys::table_key::key_keep;
use crate::testing::{Vault, message};

/// Returns SQL for rows like those that the store writes, without valid keys.
fn rows(first: u32, count: u32, wrapped: &str) -> String {
    format!(
        "WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n LIMIT {count}) \
         INSERT INTO key_store (key_id, key_number, key_type, scope, encrypted_key, algorithm) \
         SELECT i, i, 'table', 'lost/9-' || i, {wrapped}, (SELECT algorithm FROM key_store LIMIT 1) FROM n"
    )
}

fn next_is(number: u32) -> String {
    format!("UPDATE vault_state SET next_key_number = {number}")
}

fn count(store: &crate::Store, sql: &str) -> i64 {
    store
        .read(|tx| tx.db.row(Sql::new(sql), "count"))
        .unwrap()
        .flatten()
        .unwrap()
}

#[test]
fn no_key_is_made_far_behind_those_that_there_are() {
    for fault in [
        next_is(u32::MAX),
        next_is(1_000_000),
        next_is(200),
        // The row before it is not a key, nor the row of a destroyed one.
        format!("{}; {}", next_is(1_000_000), rows(999_999, 1, "randomblob(72)")),
        format!("{}; {}", next_is(1_000_000), rows(999_999, 1, "x''")),
        format!("{}; {}", next_is(1_000_000), rows(999_900, 100, "x''")),
    ] {
        let vault = vault();
        plant(&vault, &fault);
        let vault = opened(vault);
        for _ in 0..2 {
            let sent = vault.store.write("send", |tx| {
                tx.message_insert(&vault.chat, &message("x", "2024-01-01T00:00:00Z"))
            });
            assert!(
                is_damage(&sent, "vault_state.next_key_number"),
                "{fault}: {sent:?}"
            );
            assert!(is_damage(&sent, "settle the audit log"), "{fault}: {sent:?}");
        }
        vault.settle(&fault);
        assert_eq!(vault.problems(), Vec::<String>::new(), "{fault}");
        let highest = count(&vault.store, "SELECT max(key_number) FROM key_store");
        assert!(highest < 100, "{fault}: {highest}");
    }
}

/// Stores a key with this number, as a build would have created it.
fn keep(vault: &Vault, number: u32) {
    let made = vault.store.write("leap", |tx| {
        let (shared, now) = (tx.shared, tx.now().to_sql());
        let place = ("table", "messages/2024-01");
        let key = TableKey::generate()?;
        key_keep(tx.db, &shared.root, &shared.vault_id, number, place, &key, &now)
    });
    made.unwrap();
}

/// A key that was created after a leap is valid. The numbers before it are reported and stored as a run, however many.
#[test]
fn a_leap_that_a_key_was_made_behind_is_told_as_a_run() {
    for number in [100, 1_000_000, u32::MAX - 5] {
        let vault = vault();
        keep(&vault, number);
        plant(&vault, &next_is(number + 1));
        let vault = opened(vault);
        let before = count(&vault.store, "SELECT count(*) FROM key_store");
        let told = vault.problems().join("\n");
        let named = format!("to {} no longer have a row", number - 1);
        assert!(told.contains(&named), "{number}: {told}");
        let said = vault.settle(&named);
        assert!(said.contains(&named), "{number}: {said}");
        assert_eq!(vault.problems(), Vec::<String>::new(), "{number}");
        let rows = count(&vault.store, "SELECT count(*) FROM key_store") - before;
        assert!(rows < 10, "{number}: {rows}");
    }
}

/// Returns SQLite's work for a check and a settling, with `planted` rows in addition to two altered ones.
fn work(planted: u32) -> u64 {
    let vault = vault();
    plant(
        &vault,
        &format!(
            "{}; UPDATE key_store SET scope = 'x' WHERE scope = 'settings.value'; \
             UPDATE key_store SET key_number = 900, key_id = '900' WHERE scope = 'contacts.public_key'",
            rows(1_000, planted, "randomblob(72)")
        ),
    );
    let vault = opened(vault);
    let before = vault.store.work_done().unwrap().vm_steps;
    assert!(!vault.problems().is_empty());
    let said = vault.settle("many");
    // A hundred of the planted rows are named; the altered ones are keys again.
    for told in [
        "more such rows",
        "(table settings.value)",
        "(table contacts.public_key)",
    ] {
        assert!(said.contains(told), "{told}: {said}");
    }
    let steps = vault.store.work_done().unwrap().vm_steps - before;
    assert_eq!(vault.problems(), Vec::<String>::new());
    steps
}

#[test]
fn rows_that_were_planted_by_the_thousand_cost_as_many_times_as_much() {
    let (few, many) = (work(1_000), work(4_000));
    assert!(many < few * 5, "{few} {many}");
}

/// There is no number after the greatest one. The error says so, and does not claim an alteration.
#[test]
fn the_end_of_the_numbers_is_said() {
    let vault = vault();
    keep(&vault, u32::MAX);
    plant(&vault, "UPDATE vault_state SET next_key_number = 4294967296");
    let sent = vault.store.write("send", |tx| {
        tx.message_insert(&vault.chat, &message("x", "2023-01-01T00:00:00Z"))
    });
    assert!(is_damage(&sent, "all key numbers are used up"), "{sent:?}");
}

/// New keys can be created after any number of destroyed keys.
#[test]
fn keys_are_made_behind_many_that_were_destroyed() {
    let vault = Vault::new();
    vault.receive(&[("one", "2025-06-01T00:00:00Z")]);
    let next = count(&vault.store, "SELECT next_key_number FROM vault_state");
    let first = u32::try_from(next).unwrap();
    let emptied = rows(first, 200, "x''").replace("'lost/9-' || i", "'gone' || i");
    plant(&vault, &format!("{}; {emptied}", next_is(first + 200)));
    let sent = vault.store.write("send", |tx| {
        tx.message_insert(&vault.chat, &message("x", "2024-01-01T00:00:00Z"))
    });
    assert!(sent.is_ok(), "{sent:?}");
}

/// NULL in place of a key, which the schema does not allow, does not mean a destroyed key.
#[test]
fn a_row_without_any_key_is_named_and_emptied() {
    let vault = vault();
    let rule = "encrypted_key BLOB NOT NULL";
    let text = |from: &str, to: &str| {
        vault.sql_undefended(&format!(
            "UPDATE sqlite_schema SET sql = replace(sql, '{from}', '{to}') WHERE name = 'key_store'"
        ));
    };
    text(rule, "encrypted_key BLOB /*NT*/");
    let scope = "settings.value";
    vault.sql(&format!(
        "UPDATE key_store SET encrypted_key = NULL WHERE scope = '{scope}'"
    ));
    text("encrypted_key BLOB /*NT*/", rule);
    let vault = opened(vault);
    let listed = vault
        .store
        .read(|tx| tx.keys(&privatus_domain::KeyFilter::default()));
    assert!(
        matches!(&listed, Err(StoreError::DatabaseDamaged(why)) if why.starts_with("key ") && why.contains("altered")),
        "{listed:?}"
    );
    let told = vault.problems().join("\n");
    assert!(told.contains("(table settings.value) does not open"), "{told}");
    let said = vault.settle("no key");
    assert!(said.contains("(table settings.value) does not open"), "{said}");
    let listed = vault
        .store
        .read(|tx| tx.keys(&privatus_domain::KeyFilter::default()));
    let emptied = listed.unwrap().into_iter().filter(|key| key.is_destroyed);
    assert_eq!(emptied.map(|key| key.scope).collect::<Vec<_>>(), [scope]);
}
