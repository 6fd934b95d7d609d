//! Tests of what opening a vault does by itself, and what a planted row makes it do.

use privatus_domain::{DisplayName, GroupKind, NewGroup};

use super::is_damage;
use crate::testing::{Vault, contact, message, unlock, unlock_at};
use crate::{PageStart, StoreError};

/// Creates a vault with Alice and a group, each with a message.
fn filled() -> Vault {
    let vault = super::vault();
    vault
        .store
        .write("group", |tx| {
            let (name, now) = (DisplayName::new("Team")?, tx.now());
            let team = tx.group_create(&NewGroup::new("team".parse()?, name, GroupKind::Secret, now))?;
            tx.message_insert(&team, &message("in the group", "2025-06-01T00:00:00Z"))
        })
        .unwrap();
    vault
}

/// A planted row among the removals is not a removal: nothing of an existing contact is deleted, and the check reports
/// it.
#[test]
fn a_planted_removal_deletes_nothing_and_is_told() {
    let vault = filled();
    let bob = contact(&vault.store, "bob");
    vault
        .store
        .write("removed", |tx| {
            tx.message_insert(&bob, &message("of the removed", "2025-06-01T00:00:00Z"))?;
            tx.contact_remove(&"bob".parse()?)
        })
        .unwrap();
    let chat = vault.chat.clone();
    vault.sql(
        "PRAGMA foreign_keys = OFF; \
         INSERT OR IGNORE INTO pending_removals (conversation) SELECT conversation FROM conversations; \
         UPDATE conversations SET is_hidden = TRUE WHERE group_id = 'team'; PRAGMA foreign_keys = ON",
    );
    let (_folder, path) = vault.lock();
    for _ in 0..2 {
        let store = unlock(&path).unwrap();
        let warned = store.warnings().join("; ");
        assert!(
            warned.contains("a removal is pending for conversation 1"),
            "{warned}"
        );
        assert!(is_damage(&store.removals_sweep(), "was not removed"));
        let page = store.read(|tx| tx.messages_page(&chat, &PageStart::Newest, 10));
        assert_eq!(page.unwrap().messages.len(), 1);
        let found = store.verify(&mut |_| ()).unwrap();
        for told in [
            "conversation 1",
            "conversation 2",
            "group team has no conversation",
        ] {
            assert!(
                found.problems.iter().any(|line| line.contains(told)),
                "{:?}",
                found.problems
            );
        }
        // Bob was removed; a genuine removal is still done.
        assert_eq!(found.messages, 2, "{:?}", found.problems);
        store.close().unwrap();
    }
}

/// The messages stay even if the conversation itself was deleted.
#[test]
fn a_removal_of_a_conversation_that_is_not_there_deletes_nothing() {
    let vault = filled();
    vault.sql(
        "PRAGMA foreign_keys = OFF; INSERT INTO pending_removals (conversation) VALUES (1), (77); \
         DELETE FROM conversations WHERE contact_id = 'alice'; PRAGMA foreign_keys = ON",
    );
    assert!(is_damage(
        &vault.store.removals_sweep(),
        "conversation 1, which does not exist"
    ));
    let found = vault.verify();
    assert_eq!(found.messages, 2);
    for told in [
        "contact alice has no conversation",
        "conversation 1, which does not exist",
    ] {
        assert!(
            found.problems.iter().any(|line| line.contains(told)),
            "{:?}",
            found.problems
        );
    }
    let lost = vault.store.read(|tx| tx.conversations_lost()).unwrap();
    assert_eq!(lost.iter().map(|on| on.id()).collect::<Vec<_>>(), ["alice"]);
}

/// Moving the message to its month would empty it.
#[test]
fn a_late_message_with_a_planted_mark_keeps_its_content() {
    let vault = super::vault();
    vault.receive(&[("late", "2025-08-20T00:00:00Z")]);
    vault.sql("UPDATE messages_late SET is_deleted = TRUE");
    let (_folder, path) = vault.lock();
    let store = unlock_at(&path, || crate::testing::at("2025-08-01T00:00:00Z")).unwrap();
    let warned = store.warnings().join("; ");
    assert!(
        warned.contains("late message late is marked as deleted"),
        "{warned}"
    );
    store
        .with_writer(|db| {
            Ok(db
                .raw()
                .execute_batch("UPDATE messages_late SET is_deleted = FALSE")?)
        })
        .unwrap();
    assert_eq!(store.late_messages_sweep().unwrap(), 1);
    let message = store.read(|tx| tx.message_by_id(&"late".parse()?));
    assert!(message.is_ok_and(|message| message.body.is_some()));
    let again: Result<u64, StoreError> = store.late_messages_sweep();
    assert_eq!(again.unwrap(), 0);
}
