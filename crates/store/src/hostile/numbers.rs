//! Tests of numbers at their limits: counts, and the numbers of conversations and of rows.

use privatus_domain::limits::CONVERSATIONS_MAX;

use super::{planted, vault};
use crate::db::statement::Sql;
use crate::testing::{contact, message};

#[test]
fn the_counts_of_a_chat_stay_whole_numbers_at_their_end() {
    let vault = vault();
    vault.sql(
        "UPDATE conversations SET message_count = 9223372036854775807, unread_count = 9223372036854775807",
    );
    vault.receive(&[("more", "2025-06-02T00:00:00Z")]);
    let chats = vault.store.read(|tx| tx.conversations(10)).unwrap();
    let most = u64::try_from(i64::MAX).unwrap();
    assert_eq!((chats[0].messages, chats[0].unread), (most, most));
    let problems = vault.verify().problems;
    assert!(
        problems
            .iter()
            .any(|line| line.starts_with("conversations.message_count of row 1")),
        "{problems:?}"
    );
    // A count that is too low does not fall below zero.
    vault.sql("UPDATE conversations SET unread_count = 1");
    let marked = vault
        .store
        .write("read", |tx| tx.conversation_mark_read(&vault.chat, None));
    assert_eq!(marked.unwrap(), 2);
    assert_eq!(vault.store.read(|tx| tx.conversations(10)).unwrap()[0].unread, 0);
}

/// A conversation with the highest number does not use up the numbers below it, and no number with traces left is
/// assigned.
#[test]
fn a_conversation_with_the_highest_number_leaves_the_others_theirs() {
    let vault = vault();
    contact(&vault.store, "bob");
    contact(&vault.store, "carol");
    // Alice's messages stay under her old number; her number, Bob's and Carol's are 1, 2 and 3.
    planted(
        &vault,
        &format!(
            "UPDATE conversations SET conversation = {CONVERSATIONS_MAX} WHERE contact_id = 'carol'; \
             UPDATE conversations SET conversation = 9 WHERE contact_id = 'alice'; DELETE FROM conversation_months"
        ),
    );
    let numbers: Vec<i64> = ["dora", "emil"]
        .map(|name| contact(&vault.store, name))
        .iter()
        .map(|chat| vault.store.read(|tx| tx.conversation_ref(chat)).unwrap().number)
        .collect();
    assert_eq!(numbers, [3, 4]);
}

/// After the last place of a conversation come another's messages, and after that of the last conversation no number.
#[test]
fn a_row_at_the_end_of_a_conversation_sends_none_into_the_next() {
    for number in [1, CONVERSATIONS_MAX] {
        let vault = vault();
        vault.receive(&[("late", "2030-01-01T00:00:00Z")]);
        let last = (number << 43) | ((1_i64 << 43) - 1);
        planted(
            &vault,
            &format!(
                "UPDATE conversations SET conversation = {number}; UPDATE conversation_months SET conversation = {number}; \
                 UPDATE messages_late SET row_key = {last}; \
                 UPDATE message_locator SET row_key = {last} WHERE partition = 999999"
            ),
        );
        let new = message("later", "2030-01-02T00:00:00Z");
        let again = message("latest", "2030-01-03T00:00:00Z");
        for new in [new, again] {
            let sent = vault
                .store
                .write("send", |tx| tx.message_insert(&vault.chat, &new));
            assert!(sent.unwrap(), "{number}");
        }
        let sql = format!("SELECT count(*) FROM messages_late WHERE row_key >> 43 = {number}");
        let rows: Option<i64> = vault.store.read(|tx| tx.db.row(Sql::new(sql), "count")).unwrap();
        assert_eq!(rows, Some(3), "{number}");
    }
}
