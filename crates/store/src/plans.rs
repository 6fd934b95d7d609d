//! Query plans of every hot statement, as a snapshot: no scan of a table that grows, no temporary B-tree.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::cell::RefCell;
use std::collections::BTreeSet;

use diesel::sql_types::Text;
use privatus_crypto::Password;
use privatus_domain::{
    Body, ConversationId, DisplayName, MessageId, NewContact, NewMessage, PublicKey, SenderRef, Timestamp,
};

use crate::sql::Sql;
use crate::{PageStart, Store, StoreError, VaultOptions};

thread_local! {
    static SEEN: RefCell<Option<BTreeSet<String>>> = const { RefCell::new(None) };
}

/// Remembers a statement while a test collects them.
pub(crate) fn note(text: &str) {
    SEEN.with_borrow_mut(|seen| {
        if let Some(seen) = seen {
            seen.insert(text.to_owned());
        }
    });
}

fn clock() -> Timestamp {
    Timestamp::parse("2025-06-15T12:00:00Z").unwrap()
}

/// Runs every hot operation; month and edge of time both.
fn operate(store: &Store, chat: &ConversationId) {
    for at in [
        "2025-06-01T00:00:00Z",
        "2025-06-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
    ] {
        store
            .write("send", |tx| {
                let id = MessageId::new(tx.new_id()?);
                let body = Body::text("x".repeat(9_000))?;
                let sender = SenderRef::Contact("alice".parse()?);
                let message = NewMessage::received(id.clone(), sender, body, Timestamp::parse(at)?);
                tx.message_insert(chat, &message)?;
                tx.message_by_id(&id)?;
                tx.reply_state(&id)?;
                tx.messages_page(chat, &PageStart::Around(id.clone()), 50)?;
                tx.conversation_mark_read(chat, Some(&id))?;
                Ok::<_, StoreError>(())
            })
            .unwrap();
    }
    store
        .read(|tx| {
            tx.messages_page(chat, &PageStart::Newest, 50)?;
            tx.messages_page(chat, &PageStart::Oldest, 50)?;
            tx.conversations(50)?;
            tx.conversation_by_id(chat).map(drop)
        })
        .unwrap();
}

#[test]
fn no_hot_statement_scans_or_sorts() {
    let folder = tempfile::tempdir().unwrap();
    let options = VaultOptions {
        clock: Some(clock),
        ..VaultOptions::cheap_for_tests()
    };
    let path = folder.path().join("vault");
    let (store, _) = Store::create(&path, &Password::new("secret").unwrap(), &options).unwrap();
    let chat = store
        .write("contact", |tx| {
            tx.contact_create(&NewContact {
                id: "alice".parse()?,
                display_name: DisplayName::new("Alice")?,
                public_key: PublicKey::default(),
                is_verified: false,
                added_at: tx.now(),
                last_seen: None,
            })
        })
        .unwrap();
    // Months and keys are made once; the second round is what every send and read runs.
    operate(&store, &chat);
    SEEN.set(Some(BTreeSet::new()));
    operate(&store, &chat);
    let seen = SEEN.take().unwrap();
    let mut report = String::new();
    for text in seen
        .iter()
        .filter(|text| !text.starts_with("PRAGMA") && text.contains(' '))
    {
        if ["BEGIN", "COMMIT", "ROLLBACK"]
            .iter()
            .any(|word| text.starts_with(word))
        {
            continue;
        }
        let sql = Sql::<(
            diesel::sql_types::Integer,
            diesel::sql_types::Integer,
            diesel::sql_types::Integer,
            Text,
        )>::new(format!("EXPLAIN QUERY PLAN {}", text.replace('?', "NULL")));
        let plan: Vec<(i32, i32, i32, String)> = store.read(|tx| tx.link.rows(sql, "explain")).unwrap();
        report.push_str(text);
        report.push('\n');
        for (.., step) in plan {
            report.push_str(&format!("    {step}\n"));
            let grows = step.starts_with("SCAN")
                && !step.contains("idx_conversations_newest")
                && !step.contains("CONSTANT");
            assert!(
                !grows || step.contains("SCAN (subquery"),
                "a scan: {step} in {text}"
            );
            assert!(!step.contains("TEMP B-TREE"), "a sort: {step} in {text}");
        }
    }
    assert!(seen.len() > 15, "only {} statements were seen", seen.len());
    insta::assert_snapshot!(report);
}
