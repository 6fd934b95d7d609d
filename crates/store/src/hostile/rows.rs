//! Tests that a bad row does not end the check: it is named with its table, column and row, and other faults are
//! reported too.

use privatus_domain::limits::{GROUP_JSON_BYTES, NAME_CHARS, PICTURE_BYTES, SETTING_KEY_CHARS};
use privatus_domain::{Body, DisplayName, GroupKind, NewGroup};

use super::{nulled, planted};
use crate::testing::{Vault, message};

fn filled() -> Vault {
    let vault = super::vault();
    vault.receive(&[("two", "2025-06-02T00:00:00Z")]);
    let mut large = message("large", "2025-06-03T00:00:00Z");
    large.body = Body::text("x".repeat(20_000)).unwrap();
    vault
        .store
        .write("fill", |tx| {
            tx.message_insert(&vault.chat, &large)?;
            let (name, now) = (DisplayName::new("Team")?, tx.now());
            tx.group_create(&NewGroup::new("team".parse()?, name, GroupKind::Secret, now))?;
            tx.setting_set(
                "",
                &privatus_domain::SettingKey::kept("theme")?,
                serde_json::json!("dark"),
                now,
            )
        })
        .unwrap();
    vault
}

fn is_told(problems: &[String], words: &str, fault: &str) {
    assert!(
        problems.iter().any(|line| line.contains(words)),
        "{fault}: {problems:#?}"
    );
}

#[test]
fn a_check_goes_on_behind_a_bad_row() {
    let broken = "UPDATE messages_202506 SET content = zeroblob(60) WHERE message_id = CAST('two' AS TEXT); \
                  UPDATE conversations SET message_count = 7 WHERE contact_id = 'alice'; \
                  INSERT INTO security_events (event_type, severity, description) VALUES ('nothing', 'high', 'x')";
    for (fault, told) in [
        (
            "UPDATE message_locator SET partition = x'ff' WHERE locator = (SELECT min(locator) FROM message_locator)",
            "message_locator.partition of row 1",
        ),
        (
            "UPDATE message_locator SET row_key = 'abc' WHERE locator = 1",
            "message_locator.row_key of row 1",
        ),
        (
            "UPDATE message_content SET original_size = 'abc'",
            "message_content.original_size of row 1",
        ),
        (
            "UPDATE message_content SET compressed_size = x'ff'",
            "message_content.compressed_size of row 1",
        ),
        (
            "UPDATE message_content SET content = 'abc'",
            "message_content.content of row 1",
        ),
        (
            "UPDATE conversations SET unread_count = 'abc' WHERE group_id = 'team'",
            "conversations.unread_count of row",
        ),
        (
            "INSERT INTO security_events (event_type, severity, description) VALUES (x'ff', 'high', 'x')",
            "security_events.event_type of row",
        ),
    ] {
        let vault = filled();
        planted(&vault, broken);
        planted(&vault, fault);
        let problems = vault.verify().problems;
        is_told(&problems, told, fault);
        is_told(&problems, "message two in 2025-06", fault);
        is_told(&problems, "records 7 messages", fault);
        is_told(&problems, "has a type that no build writes", fault);
    }
}

#[test]
fn a_value_of_a_month_is_named_with_its_column() {
    for column in [
        "is_read",
        "is_outgoing",
        "edited_at",
        "sender",
        "content",
        "reply_to",
    ] {
        let vault = filled();
        let value = if column == "reply_to" { "5" } else { "'abc'" };
        planted(
            &vault,
            &format!("UPDATE messages_202506 SET {column} = {value} WHERE message_id = CAST('two' AS TEXT)"),
        );
        let problems = vault.verify().problems;
        let row = problems
            .iter()
            .find(|line| line.starts_with(&format!("messages_202506.{column} of row ")));
        assert!(
            row.is_some_and(|line| line.contains("(two)")),
            "{column}: {problems:#?}"
        );
    }
}

#[test]
fn a_value_that_is_missing_is_named_with_its_row() {
    for (table, column) in [
        ("contacts", "display_name"),
        ("contacts", "contact_id"),
        ("settings", "key"),
        ("settings", "value"),
        ("group_members", "group_id"),
        ("groups", "name"),
        ("conversations", "message_count"),
        ("message_locator", "message_id"),
        ("audit_log", "event_type"),
        ("key_store", "scope"),
    ] {
        let vault = filled();
        nulled(&vault, table, column, "rowid = 1");
        let problems = vault.verify().problems;
        is_told(&problems, &format!("{table}.{column} of row 1"), column);
    }
}

/// A value just beyond its limit is named, and one at the limit is not.
#[test]
fn what_is_larger_than_a_write_keeps_is_named() {
    let text = |chars: usize| format!("replace(hex(zeroblob({chars})), '00', 'x')");
    for (table, column, most, is_sealed) in [
        ("contacts", "profile_picture", PICTURE_BYTES, false),
        ("contacts", "display_name", NAME_CHARS, false),
        ("groups", "name", NAME_CHARS, false),
        ("settings", "key", SETTING_KEY_CHARS, false),
        ("groups", "settings", GROUP_JSON_BYTES, true),
    ] {
        let vault = filled();
        let told = |bytes: usize| {
            let value = if is_sealed {
                format!("zeroblob({bytes})")
            } else {
                text(bytes)
            };
            let problems = vault.verify_with(&format!("UPDATE {table} SET {column} = {value}"));
            let wanted = format!("{table}.{column} of row 1 has an impossible value");
            problems.contains(&wanted)
        };
        let most = if is_sealed {
            most + privatus_crypto::ENVELOPE_OVERHEAD
        } else {
            most
        };
        assert!(!told(most), "{table}.{column}");
        assert!(told(most + 1), "{table}.{column}");
    }
}
