//! Tests of altered or planted rows in the catalogue of months: the vault opens, the other months can be read, the
//! check names row and column, and settling repairs what can be known.

use super::{nulled, planted};
use crate::testing::{Vault, secret, unlock};
use crate::{PageStart, Store};

/// Creates a vault with messages in two months.
fn filled() -> Vault {
    let vault = super::vault();
    vault.receive(&[("two", "2025-05-01T00:00:00Z")]);
    vault
}

fn ids(store: &Store) -> Vec<String> {
    let chat = "alice".parse().unwrap();
    let page = store.read(|tx| tx.messages_page(&chat, &PageStart::Newest, 10));
    let messages = page.unwrap().messages;
    messages.iter().map(|message| message.id.to_string()).collect()
}

/// What is altered, what is reported, and whether opening the vault warns.
const ALTERED: [(&str, &str, bool); 12] = [
    (
        "UPDATE partitions SET key_id = 'abc' WHERE partition = 202506",
        "partitions.key_id of row 202506",
        true,
    ),
    (
        "UPDATE partitions SET key_id = x'ff' WHERE partition = 202506",
        "partitions.key_id of row 202506",
        true,
    ),
    (
        "UPDATE partitions SET key_id = '99' WHERE partition = 202506",
        "month 2025-06: key 99",
        false,
    ),
    (
        "UPDATE partitions SET key_id = '1' WHERE partition = 202506",
        "month 2025-06: key 1",
        false,
    ),
    (
        "UPDATE partitions SET table_name = 'abc' WHERE partition = 202506",
        "partitions.table_name of row 202506",
        true,
    ),
    (
        "UPDATE partitions SET table_name = x'ff' WHERE partition = 202506",
        "partitions.table_name of row 202506",
        true,
    ),
    (
        "UPDATE partitions SET state = 'abc' WHERE partition = 202506",
        "partitions.state of row 202506",
        true,
    ),
    (
        "UPDATE partitions SET state = 'sealed' WHERE partition = 202506",
        "partitions.state of row 202506",
        true,
    ),
    (
        "UPDATE partitions SET partition = 202313 WHERE partition = 202506",
        "partitions.partition of row 202313",
        true,
    ),
    (
        "UPDATE partitions SET partition = 202401 WHERE partition = 202506",
        "partitions.partition of row 202401",
        true,
    ),
    (
        "INSERT INTO partitions (partition, table_name, state, key_id) VALUES (201001, 'messages_201001', 'live', '2')",
        "partitions.table_name of row 201001 names a table that does not exist",
        true,
    ),
    (
        "INSERT INTO partitions (partition, table_name, state, key_id) VALUES (201313, 'x', 'live', 'abc')",
        "partitions.table_name of row 201313 names a table that does not exist",
        true,
    ),
];

fn is_put_right(vault: Vault, fault: &str, told: &str, warns: bool) {
    let (_folder, path) = vault.lock();
    let store = unlock(&path).unwrap();
    assert_eq!(ids(&store), ["one", "two"], "{fault}");
    assert_eq!(
        store.warnings().iter().any(|line| line.contains(told)),
        warns,
        "{fault}: {:?}",
        store.warnings()
    );
    let found = store.verify(&mut |_| ()).unwrap();
    assert!(
        found.problems.iter().any(|line| line.starts_with(told)),
        "{fault}: {:?}",
        found.problems
    );
    assert_eq!(found.messages, 2, "{fault}");
    let settled = store.audit_accept_loss(&secret(), None).unwrap();
    assert!(settled.is_some_and(|loss| !loss.marks.is_empty()), "{fault}");
    for turn in 0..2 {
        let found = store.verify(&mut |_| ()).unwrap();
        assert_eq!(found.problems, Vec::<String>::new(), "{fault}, {turn}");
        let new = crate::testing::message(&format!("new {turn}"), "2025-06-02T00:00:00Z");
        let chat = "alice".parse().unwrap();
        store.write("send", |tx| tx.message_insert(&chat, &new)).unwrap();
    }
    store.close().unwrap();
    let store = unlock(&path).unwrap();
    assert_eq!(ids(&store).len(), 4, "{fault}");
    assert!(store.read_long(|tx| tx.verify(&mut |_| ())).unwrap().is_content());
}

#[test]
fn one_altered_row_keeps_nobody_from_the_other_months() {
    for (fault, told, warns) in ALTERED {
        let vault = filled();
        planted(&vault, fault);
        is_put_right(vault, fault, told, warns);
    }
}

#[test]
fn a_row_without_a_value_is_put_right() {
    for column in ["table_name", "state", "key_id", "created_at"] {
        let vault = filled();
        nulled(&vault, "partitions", column, "partition = 202506");
        let told = format!("partitions.{column} of row 202506");
        // Opening a vault does not need the time when a row was created.
        is_put_right(vault, column, &told, column != "created_at");
    }
}

/// Its messages are lost; the other months can be read, and nothing is written.
#[test]
fn a_month_whose_table_is_gone_leaves_the_others() {
    let vault = filled();
    planted(&vault, "DROP TABLE messages_202506");
    let folder = vault.abandon();
    let store = unlock(&folder.path().join("vault")).unwrap();
    assert_eq!(ids(&store), ["two"]);
    let warned = |words: &str| store.warnings().iter().any(|line| line.contains(words));
    assert!(
        warned("table messages_202506 is missing"),
        "{:?}",
        store.warnings()
    );
    assert!(
        warned("partitions.table_name of row 202506"),
        "{:?}",
        store.warnings()
    );
    assert!(store.is_read_only());
}

/// A planted row for a future month is named by what would create that month.
#[test]
fn a_row_in_the_place_of_a_month_to_come_is_named() {
    let vault = filled();
    planted(
        &vault,
        "INSERT INTO partitions (partition, table_name, state, key_id) VALUES (202507, 'messages_202507', 'live', '2')",
    );
    let (_folder, path) = vault.lock();
    let store = unlock(&path).unwrap();
    let (chat, new) = (
        "alice".parse().unwrap(),
        crate::testing::message("later", "2025-07-01T00:00:00Z"),
    );
    let refused = store.write("send", |tx| tx.message_insert(&chat, &new));
    assert!(
        super::is_damage(&refused, "partitions.table_name of row 202507"),
        "{refused:?}"
    );
    store.audit_accept_loss(&secret(), None).unwrap();
    assert!(store.write("send", |tx| tx.message_insert(&chat, &new)).unwrap());
}
