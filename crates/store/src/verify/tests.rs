//! Plants faults one by one in a good vault: each must be found by its check.

use privatus_domain::{Body, DisplayName, GroupKind, NewGroup, NewMember};

use crate::StoreError;
use crate::testing::{Vault, at, contact, message};

fn vault() -> Vault {
    let vault = Vault::new();
    contact(&vault.store, "bob");
    vault.receive(&[
        ("one", "2025-06-01T00:00:00Z"),
        ("two", "2025-06-02T00:00:00Z"),
        ("old", "2025-01-01T00:00:00Z"),
        ("early", "1990-01-01T00:00:00Z"),
        ("late", "2030-01-01T00:00:00Z"),
    ]);
    let mut large = message("large", "2025-06-01T00:00:00Z");
    large.body = Body::text("x".repeat(20_000)).unwrap();
    let mut gone = message("gone", "2025-06-03T00:00:00Z");
    gone.deleted_at = Some(at("2025-06-04T00:00:00Z"));
    vault
        .store
        .write("more", |tx| {
            tx.messages_insert(&vault.chat, &[large, gone])?;
            let (name, now) = (DisplayName::new("Team")?, tx.now());
            tx.group_create(&NewGroup::new("team".parse()?, name, GroupKind::Private, now))?;
            let members: Result<Vec<NewMember>, StoreError> = ["alice", "bob"]
                .into_iter()
                .map(|name| Ok(NewMember::new(name.parse()?, DisplayName::new(name)?)))
                .collect();
            tx.group_members_add(&"team".parse()?, &members?)?;
            let value = serde_json::json!("dark");
            tx.setting_set("", &privatus_domain::SettingKey::new("theme")?, &value, tx.now())
        })
        .unwrap();
    vault
}

#[test]
fn values_that_no_column_of_a_month_takes_are_told_each_with_its_row() {
    let vault = vault();
    for fault in [
        "is_read = 7",
        "is_encrypted = 7",
        "is_outgoing = 'no'",
        "message_id = x'00'",
        "message_id = ''",
        "content = 'text'",
        "reply_to = 5",
        "reply_to = ''",
        "sender = 'x'",
        "timestamp = 'now'",
        "edited_at = timestamp + 0.5",
        "deleted_at = 9e15",
        "expires_at = 'junk'",
        "created_at = -9e14",
        "updated_at = x''",
    ] {
        let said = vault.verify_with(&format!(
            "UPDATE messages_202506 SET {fault} WHERE message_id = 'one'"
        ));
        let told = said
            .iter()
            .filter(|line| line.starts_with("a row of 2025-06, key "));
        assert!(told.count() >= 1, "{fault}: {said:?}");
        // The other rows are still read.
        let others = ["two", "large"].map(|id| format!("message {id} "));
        assert!(
            !said
                .iter()
                .any(|line| others.iter().any(|other| line.starts_with(other))),
            "{fault}: {said:?}"
        );
    }
}

#[test]
fn every_check_sees_its_fault() {
    let vault = vault();
    assert_eq!(vault.verify().problems, Vec::<String>::new());
    let june = "messages_202506";
    for (fault, expected) in [
        (
            "UPDATE conversations SET message_count = message_count + 1".into(),
            "messages and",
        ),
        (
            "UPDATE conversations SET unread_count = 0 WHERE contact_id = 'alice'".into(),
            "unread",
        ),
        (
            "UPDATE conversations SET last_at = last_at - 1 WHERE contact_id = 'alice'".into(),
            "names the wrong last message",
        ),
        (
            "UPDATE conversations SET last_row_key = last_row_key + 1".into(),
            "names the wrong last message",
        ),
        (
            "UPDATE conversations SET last_partition = 202501".into(),
            "names the wrong last message",
        ),
        (
            "UPDATE conversations SET last_partition = NULL, last_row_key = NULL".into(),
            "names the wrong last message",
        ),
        (
            "DELETE FROM conversation_months WHERE partition = 202506".into(),
            "that no page shows",
        ),
        (
            "DELETE FROM conversation_months WHERE partition = 999999".into(),
            "that no page shows",
        ),
        (
            format!("DELETE FROM {june} WHERE is_deleted"),
            "the register knows",
        ),
        (
            "DELETE FROM message_locator WHERE partition = 0".into(),
            "is registered elsewhere",
        ),
        (
            "UPDATE message_locator SET row_key = row_key + 1 WHERE partition = 202501".into(),
            "is registered elsewhere",
        ),
        (
            "UPDATE messages_202501 SET timestamp = timestamp + 5000000000".into(),
            "not in the month of its time",
        ),
        (
            format!("UPDATE {june} SET timestamp = timestamp + 1 WHERE is_deleted"),
            "not in the month of its time",
        ),
        (
            "UPDATE messages_early SET timestamp = 1750000000000".into(),
            "not in the month of its time",
        ),
        ("UPDATE messages_202501 SET sender = 99".into(), "has sender 99"),
        ("DELETE FROM senders".into(), "who does not exist"),
        (
            format!("UPDATE {june} SET content = x'00' WHERE is_deleted"),
            "is deleted but has content",
        ),
        (
            "UPDATE messages_202501 SET content = zeroblob(length(content))".into(),
            "message old in 2025-01",
        ),
        (
            format!(
                "UPDATE {june} SET content = (SELECT content FROM messages_202501) WHERE message_id = 'two'"
            ),
            "message two in 2025-06",
        ),
        ("DELETE FROM message_content".into(), "message large in 2025-06"),
        (
            "UPDATE message_content SET original_size = 1, content = x'00'".into(),
            "message large in 2025-06",
        ),
        (
            "INSERT INTO message_content (message_id, content) VALUES ('nobody', x'00')".into(),
            "large content of message nobody has no message",
        ),
        (
            "INSERT INTO message_content (message_id, content) VALUES ('gone', x'00')".into(),
            "large content of message gone has no message",
        ),
        (
            "UPDATE groups SET max_members = 1".into(),
            "group team has more members",
        ),
        (
            "UPDATE group_members SET role = 'owner' WHERE contact_id = 'bob'".into(),
            "group team does not have exactly one owner",
        ),
        (
            "DELETE FROM group_members".into(),
            "group team does not have exactly one owner",
        ),
        (
            "UPDATE group_members SET role = 'admin'".into(),
            "group team does not have exactly one owner",
        ),
        (
            "INSERT INTO group_bans (group_id, contact_id, banned_by, banned_at) \
             VALUES ('team', 'bob', 'alice', '2025-06-01 00:00:00.000')"
                .into(),
            "group team has a member who is banned",
        ),
        (
            "UPDATE key_store SET encrypted_key = x'' WHERE key_type = 'group'".into(),
            "group team does not name a live key",
        ),
        (
            "UPDATE groups SET key_id = '1'".into(),
            "group team does not name a live key",
        ),
        (
            "UPDATE group_members SET contact_id = 'nobody' WHERE contact_id = 'bob'".into(),
            "who is not a contact",
        ),
        (
            "UPDATE conversations SET contact_id = NULL WHERE contact_id = 'bob'".into(),
            "belongs to no contact",
        ),
        (
            "UPDATE conversations SET is_hidden = TRUE WHERE contact_id = 'bob'".into(),
            "hidden without a removal",
        ),
        (
            "INSERT INTO pending_removals (conversation) SELECT conversation FROM conversations LIMIT 1"
                .into(),
            "but its contact or group was not removed",
        ),
        ("UPDATE settings SET value = zeroblob(100)".into(), "sealed value"),
        (
            "UPDATE contacts SET public_key = zeroblob(0) WHERE contact_id = 'bob'".into(),
            "contacts.public_key of row",
        ),
        (
            "UPDATE key_store SET scope = 'other' WHERE scope = 'settings.value'".into(),
            "does not open",
        ),
        (
            "UPDATE contacts SET public_key = (SELECT public_key FROM contacts WHERE contact_id = 'alice') \
             WHERE contact_id = 'bob'"
                .into(),
            "contacts.public_key of row",
        ),
        (
            "DELETE FROM key_store WHERE key_type = 'audit'".into(),
            "no longer has a row",
        ),
        (
            "UPDATE vault_state SET next_key_number = 2".into(),
            "a number that is already used",
        ),
    ] {
        let fault: String = fault;
        let problems = vault.verify_with(&fault);
        assert!(
            problems.iter().any(|problem| problem.contains(expected)),
            "{fault}: {problems:?}"
        );
        let shown = problems.join(" ");
        assert!(!shown.contains("text of") && !shown.contains("dark"), "{shown}");
    }
    assert_eq!(
        vault.verify().problems,
        Vec::<String>::new(),
        "nothing planted stayed"
    );
}

#[test]
fn a_name_that_plain_sql_changed_is_told_until_it_is_folded_again() {
    let vault = vault();
    assert!(
        vault
            .verify_with("UPDATE contacts SET folded_name = NULL")
            .is_empty()
    );
    let renamed = "UPDATE contacts SET display_name = 'Robert'";
    assert!(
        vault
            .verify_with(&format!("{renamed}, folded_name = NULL"))
            .is_empty()
    );
    let fault = format!("{renamed} WHERE contact_id = 'bob'");
    let said = vault.verify_with(&fault);
    assert!(
        matches!(said.as_slice(), [one] if one.contains("contact bob") && one.contains("rename the contact")),
        "{said:?}"
    );
    vault.sql(&fault);
    vault
        .store
        .write("rename", |tx| {
            tx.contact_rename(&"bob".parse()?, &DisplayName::new("Robert")?)
        })
        .unwrap();
    assert!(vault.verify().is_content());
}
