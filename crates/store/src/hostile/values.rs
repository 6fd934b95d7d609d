//! Tests of values that a list, a command or an export cannot read, or that no build writes: the check names each with
//! its table and row.

use privatus_domain::{DisplayName, GroupKind, KeyFilter, NewGroup};

use crate::StoreError;
use crate::testing::{Vault, clock, options, unlock};

/// Creates a vault with a group, a ban, a transfer, a grant, an event, statistics and an imported sender.
fn filled() -> Vault {
    let vault = super::vault();
    vault
        .store
        .write("fill", |tx| {
            let (name, now) = (DisplayName::new("Team")?, tx.now());
            tx.group_create(&NewGroup::new("team".parse()?, name, GroupKind::Secret, now))?;
            let times = [("send", privatus_domain::Histogram::default())];
            tx.metrics_write(privatus_domain::Day::of(now), &times.into())
        })
        .unwrap();
    vault.sql(
        "INSERT INTO access_control (resource_type, resource_id, user_id, permissions) \
         VALUES ('contact', '*', 'ann', '[\"read\"]'); \
         INSERT INTO usage_statistics (date, metric, value) VALUES ('2025-06-01', 'x', 1); \
         INSERT INTO senders (source_id, name) VALUES (zeroblob(16), 'Old')",
    );
    vault
}

/// Table, column, and the planted value.
const PLANTED: [(&str, &str, &str); 40] = [
    ("usage_statistics", "date", "'2026-13-45'"),
    ("usage_statistics", "value", "'x'"),
    ("group_bans", "contact_id", "x'ff'"),
    ("group_bans", "contact_id", "CAST(x'ff' AS TEXT)"),
    ("group_bans", "banned_by", "x'ff'"),
    ("group_bans", "banned_at", "'9999-99-99 99:99:99.999'"),
    ("group_bans", "banned_at", "'abcd-ef-gh ij:kl:mn.opq'"),
    ("file_transfers", "created_at", "'2026-02-31 25:61:61.999'"),
    ("file_transfers", "completed_at", "'2026-02-31 25:61:61.999'"),
    ("file_transfers", "error_message", "x'ff'"),
    ("file_transfers", "error_message", "CAST(x'ff' AS TEXT)"),
    ("file_transfers", "progress", "NULL"),
    ("group_bans", "banned_by", "CAST(zeroblob(2000) AS TEXT)"),
    ("group_members", "joined_at", "'9999-99-99 99:99:99.999'"),
    ("group_members", "last_active", "'2025-02-30 00:00:00.000'"),
    ("group_members", "anonymous_id", "x'ff'"),
    ("group_members", "anonymous_id", "''"),
    ("contacts", "added_at", "'2025-02-30 00:00:00.000'"),
    ("contacts", "last_seen", "'2025-06-01T00:00:00.00Z'"),
    ("contacts", "blocked_at", "'2025-06-31 00:00:00.000'"),
    ("contacts", "profile_picture", "x'ff'"),
    ("contacts", "display_name", "''"),
    ("groups", "created_at", "'2025-06-31 00:00:00.000'"),
    ("groups", "description", "x'ff'"),
    ("settings", "updated_at", "'2025-06-31 00:00:00.000'"),
    ("key_store", "expires_at", "'9999-99-99 99:99:99.999'"),
    ("key_store", "last_used", "x'ff'"),
    ("key_store", "usage_count", "9.3e18"),
    ("conversations", "muted_until", "'9999-99-99 99:99:99.999'"),
    ("senders", "name", "''"),
    ("senders", "name", "x'ff'"),
    ("security_events", "event_type", "x'ff'"),
    ("access_control", "expires_at", "'9999-99-99 99:99:99.999'"),
    ("retention_policies", "retention_days", "0"),
    ("performance_metrics", "timestamp", "'9999-99-99 99:99:99.999'"),
    ("performance_metrics", "metric_value", "'abc'"),
    (
        "performance_metrics",
        "metadata",
        "json_set(metadata, '$.count', -1)",
    ),
    (
        "performance_metrics",
        "metadata",
        "'{\"count\":0,\"p50\":1e400,\"p95\":0,\"max\":0,\"buckets\":[]}'",
    ),
    (
        "performance_metrics",
        "metadata",
        "'{\"count\":0,\"p50\":0,\"p95\":0,\"max\":0,\"buckets\":[[999999999999,1]]}'",
    ),
    ("partitions", "created_at", "'2025-06-31 00:00:00.000'"),
];

#[test]
fn each_value_that_no_reader_takes_is_named_with_its_row() {
    let vault = filled();
    vault
        .store
        .write("fill", |tx| {
            tx.setting_set(
                "",
                &privatus_domain::SettingKey::kept("theme")?,
                serde_json::json!("dark"),
                tx.now(),
            )
        })
        .unwrap();
    vault.sql(
        "INSERT INTO group_bans (group_id, contact_id, banned_by, banned_at) \
         VALUES ('team', 'alice', 'alice', '2025-06-01 00:00:00.000'); \
         INSERT INTO security_events (event_type, severity, description) VALUES ('tampering', 'high', 'x'); \
         INSERT INTO file_transfers (transfer_id, file_name, file_size, file_hash, direction, status) \
         VALUES ('t', x'', 1, x'', 'inbound', 'pending')",
    );
    // The transfer's own two values are not sealed; nothing else is reported.
    let sound = vault.verify().problems;
    assert!(
        sound.iter().all(|line| line.starts_with("file_transfers.file_")),
        "{sound:?}"
    );
    for (table, column, value) in PLANTED {
        let fault = format!("UPDATE {table} SET {column} = {value}");
        let problems = vault.verify_with(&format!(
            "PRAGMA ignore_check_constraints = ON; {fault}; PRAGMA ignore_check_constraints = OFF"
        ));
        let told = format!("{table}.{column} of row ");
        assert!(
            problems.iter().any(|line| line.starts_with(&told)),
            "{fault}: {problems:#?}"
        );
    }
}

/// Values that other checks report in their own words.
#[test]
fn each_row_that_no_build_writes_is_told_in_its_words() {
    let vault = filled();
    assert_eq!(vault.verify().problems, Vec::<String>::new());
    for (fault, told) in [
        (
            "UPDATE access_control SET permissions = '[\"root\"]'",
            "a permission that this build does not know",
        ),
        (
            "UPDATE access_control SET permissions = '[\"ADMIN\"]'",
            "a permission that this build does not know",
        ),
        (
            "UPDATE messages_202506 SET deleted_at = 5",
            "a row of 2025-06, key",
        ),
        ("DELETE FROM conversations", "has no conversation"),
    ] {
        let problems = vault.verify_with(&format!("PRAGMA foreign_keys = OFF; {fault}"));
        assert!(
            problems.iter().any(|line| line.contains(told)),
            "{fault}: {problems:#?}"
        );
    }
}

/// A count stays at the greatest integer: adding one used to turn it into a float, which no list reads.
#[test]
fn a_count_at_its_end_stays_a_number() {
    let vault = Vault::with(&options(clock));
    vault.sql("UPDATE key_store SET usage_count = 9223372036854775807");
    vault.receive(&[("one", "2025-06-01T00:00:00Z")]);
    let (_folder, path) = vault.lock();
    let store = unlock(&path).unwrap();
    let keys = store.read(|tx| tx.keys(&KeyFilter::default())).unwrap();
    let most = u64::try_from(i64::MAX).unwrap();
    assert!(
        keys.iter()
            .any(|key| key.usage_count == most && key.last_used == Some(clock()))
    );
    let found: Result<_, StoreError> = store.verify(&mut |_| ());
    assert_eq!(found.unwrap().problems, Vec::<String>::new());
}

/// In an undamaged vault no row is named, whatever is searched.
#[test]
fn a_sound_vault_has_no_row_that_is_not_read() {
    let vault = filled();
    let found = vault.store.read(|tx| {
        let months = tx
            .db
            .unread_places(Some("messages_202506 contacts settings"), None)?;
        Ok::<_, StoreError>((tx.db.unread_places(None, None)?, months))
    });
    assert_eq!(found.unwrap(), (Vec::new(), Vec::new()));
}

/// The error of a list names the row that it cannot read.
#[test]
fn a_list_names_the_row_that_it_cannot_read() {
    let vault = filled();
    let large = privatus_domain::Body::text("x".repeat(20_000)).unwrap();
    vault
        .store
        .write("fill", |tx| {
            tx.setting_set(
                "",
                &privatus_domain::SettingKey::kept("theme")?,
                serde_json::json!("dark"),
                tx.now(),
            )?;
            let new = crate::testing::message("large", "2025-06-01T00:00:00Z");
            tx.message_insert(&vault.chat, &privatus_domain::NewMessage { body: large, ..new })
        })
        .unwrap();
    let time = "'2025-06-31 00:00:00.000'";
    type Read = fn(&mut crate::ReadTx<'_>) -> Result<(), StoreError>;
    let faults: [(String, Read, &str); 20] = [
        // A value of another type ends the statement before its row is known.
        (
            "UPDATE contacts SET display_name = x'ff'".into(),
            |tx| tx.contacts().map(drop),
            "contacts.display_name of row 1 (alice)",
        ),
        (
            "UPDATE contacts SET is_online = 'yes'".into(),
            |tx| tx.contacts_search("ali", 10).map(drop),
            "contacts.is_online of row 1 (alice)",
        ),
        (
            "UPDATE conversations SET message_count = x'00'".into(),
            |tx| tx.conversations(10).map(drop),
            "conversations.message_count of row 1 (alice)",
        ),
        (
            "UPDATE contacts SET display_name = x'ff'".into(),
            |tx| tx.conversations(10).map(drop),
            "contacts.display_name of row 1 (alice)",
        ),
        (
            "UPDATE groups SET description = x'ff'".into(),
            |tx| tx.groups().map(drop),
            "groups.description of row 1 (team)",
        ),
        (
            "UPDATE group_members SET anonymous_id = x'ff'".into(),
            |tx| tx.group_members(&"team".parse()?).map(drop),
            "group_members.anonymous_id of row 1 (team ",
        ),
        (
            "UPDATE messages_202506 SET is_read = 'yes' WHERE message_id = CAST('one' AS TEXT)".into(),
            |tx| {
                let chat = "alice".parse()?;
                tx.messages_page(&chat, &crate::PageStart::Newest, 10).map(drop)
            },
            "(one)",
        ),
        (
            "UPDATE messages_202506 SET created_at = 'x'".into(),
            |tx| tx.message_by_id(&"one".parse()?).map(drop),
            "messages_202506.created_at of row ",
        ),
        (
            "UPDATE messages_202506 SET created_at = 9000000000000000000".into(),
            |tx| tx.message_by_id(&"one".parse()?).map(drop),
            "message one: ",
        ),
        (
            "UPDATE settings SET updated_at = x'ff'".into(),
            |tx| tx.settings().map(drop),
            "settings.updated_at of row 1 (theme)",
        ),
        (
            "UPDATE access_control SET expires_at = x'ff'".into(),
            |tx| tx.access_list(&privatus_domain::GrantFilter::default()).map(drop),
            "access_control.expires_at of row 1 (contact:* of ann)",
        ),
        (
            "UPDATE key_store SET usage_count = 'x' WHERE key_number = 2".into(),
            |tx| tx.keys(&KeyFilter::default()).map(drop),
            "key_store.usage_count of row 2",
        ),
        (
            "UPDATE audit_log SET event_type = x'ff' WHERE log_id = 2".into(),
            |tx| {
                tx.audit_entries(&privatus_domain::AuditFilter::default(), 100)
                    .map(drop)
            },
            "audit_log.event_type of row 2",
        ),
        (
            "UPDATE settings SET value = zeroblob(100)".into(),
            |tx| tx.settings().map(drop),
            "setting ",
        ),
        (
            format!("UPDATE contacts SET added_at = {time}"),
            |tx| tx.contacts().map(drop),
            "contact alice: ",
        ),
        (
            format!("UPDATE groups SET created_at = {time}"),
            |tx| tx.groups().map(drop),
            "group team: ",
        ),
        (
            format!("UPDATE group_members SET joined_at = {time}"),
            |tx| tx.group_members(&"team".parse()?).map(drop),
            "of group team: ",
        ),
        (
            format!("UPDATE key_store SET expires_at = {time} WHERE key_number = 1"),
            |tx| tx.keys(&KeyFilter::default()).map(drop),
            "key 1: ",
        ),
        (
            "UPDATE usage_statistics SET date = '2026-13-45'".into(),
            |tx| tx.statistics().map(drop),
            "statistic x of 2026-13-45: ",
        ),
        (
            "UPDATE message_content SET compression_algorithm = 'lzma'".into(),
            |tx| tx.message_by_id(&"large".parse()?).map(drop),
            "compressed with an unknown algorithm",
        ),
    ];
    for (fault, read, told) in faults {
        let given_up: Result<(), StoreError> = vault.store.write("plant", |tx| {
            let rules = "PRAGMA ignore_check_constraints = ";
            tx.db
                .raw()
                .execute_batch(&format!("{rules} ON; {fault}; {rules} OFF"))?;
            assert!(super::is_damage(&read(tx), told), "{fault}: {:?}", read(tx));
            Err(StoreError::Interrupted)
        });
        assert!(
            matches!(given_up, Err(StoreError::Interrupted)),
            "{fault}: {given_up:?}"
        );
    }
}
