//! Tests of rows and sizes that no build writes: each is planted and reported by the check.

use privatus_domain::{Act, Body, NewAuditEntry};

use super::vault;
use crate::testing::{Vault, message};

fn filled() -> Vault {
    let vault = vault();
    let mut large = message("large", "2025-06-01T00:00:00Z");
    large.body = Body::text("x".repeat(20_000)).unwrap();
    vault
        .store
        .write("fill", |tx| tx.message_insert(&vault.chat, &large))
        .unwrap();
    vault.sql(
        "INSERT INTO security_events (event_type, severity, description) VALUES ('tampering', 'high', 'x'); \
         INSERT INTO access_control (resource_type, resource_id, user_id, permissions) \
         VALUES ('contact', '*', 'ann', '[\"read\"]'); \
         INSERT INTO file_transfers (transfer_id, file_name, file_size, file_hash, direction, status) \
         VALUES ('t', x'', 1, x'', 'inbound', 'pending')",
    );
    vault
}

#[test]
fn each_row_that_no_build_writes_is_told() {
    let vault = filled();
    // The transfer's own two values are not sealed; nothing else is reported.
    let sound = vault.verify().problems;
    assert!(
        sound.iter().all(|line| line.starts_with("file_transfers.file_")),
        "{sound:?}"
    );
    for (fault, told) in [
        (
            "UPDATE security_events SET event_type = 'nothing'",
            "has a type that",
        ),
        ("UPDATE security_events SET timestamp = NULL", "has a time that"),
        (
            "UPDATE security_events SET description = NULL",
            "has a description that",
        ),
        (
            "UPDATE security_events SET source_ip = '10.0.0.1'",
            "has a network address that",
        ),
        ("UPDATE security_events SET user_id = ''", "has a user that"),
        (
            "UPDATE security_events SET resolved = TRUE",
            "has a time of its resolution that",
        ),
        (
            "UPDATE security_events SET resolution = 'done'",
            "has a resolution that",
        ),
        ("UPDATE security_events SET event_id = -5", "has a number that"),
        (
            "UPDATE access_control SET resource_type = 'chat'",
            "the grant on chat:*",
        ),
        (
            "UPDATE access_control SET permissions = '{}'",
            "is not a grant that a build writes",
        ),
        ("UPDATE access_control SET granted_at = NULL", "does not say when"),
        (
            "UPDATE access_control SET expires_at = '2001-01-01 00:00:00.000'",
            "expired before it was granted",
        ),
        (
            "UPDATE access_control SET user_id = CAST(zeroblob(2000) AS TEXT)",
            "is not a grant that a build writes",
        ),
        (
            "UPDATE file_transfers SET file_size = -1",
            "file_transfers.file_size of row",
        ),
        (
            "UPDATE file_transfers SET progress = 101",
            "file_transfers.progress of row",
        ),
        (
            "UPDATE key_store SET usage_count = -1",
            "key_store.usage_count of row",
        ),
        (
            "UPDATE vault_state SET highest_generation = 0",
            "vault_state.highest_generation",
        ),
        (
            "UPDATE vault_state SET next_key_number = 9223372036854775807",
            "vault_state.next_key_number",
        ),
        (
            "INSERT INTO usage_statistics (date, metric, value) VALUES ('2025-06-01', 'x', 9223372036854775807)",
            "usage_statistics.value",
        ),
        (
            "INSERT INTO backup_metadata (backup_id, backup_type, status, total_size) \
             VALUES ('b', 'full', 'completed', -1)",
            "backup_metadata.total_size",
        ),
        (
            "UPDATE retention_policies SET retention_days = -1",
            "retention_policies.retention_days",
        ),
        (
            "UPDATE conversations SET unread_count = message_count + 1",
            "conversations.unread_count",
        ),
        (
            "UPDATE message_content SET original_size = 1",
            "sizes that do not match",
        ),
        (
            "UPDATE message_content SET original_size = NULL",
            "sizes that do not match",
        ),
        (
            "UPDATE message_content SET compressed_size = -1",
            "sizes that do not match",
        ),
        (
            "UPDATE message_content SET compression_algorithm = NULL",
            "sizes that do not match",
        ),
        (
            "UPDATE contacts SET display_name = CAST(zeroblob(9999) AS TEXT)",
            "contacts.display_name",
        ),
    ] {
        let problems = vault.verify_with(fault);
        assert!(
            problems.iter().any(|line| line.contains(told)),
            "{fault}: {problems:?}"
        );
    }
}

/// Columns that no other check reads. The schema's own checks are turned off, as an attacker would do.
#[test]
fn each_value_that_no_column_can_have_is_told() {
    let vault = filled();
    vault
        .store
        .write("metric", |tx| {
            let times = [("send", privatus_domain::Histogram::default())];
            tx.metrics_write(privatus_domain::Day::of(tx.now()), &times.into())
        })
        .unwrap();
    let mut faults: Vec<(String, String)> = [
        ("key_store", "algorithm = 'none'"),
        ("key_store", "key_type = 'master'"),
        ("vault_state", "settled_version = 9223372036854775807"),
        ("vault_state", "settled_version = -1"),
        ("vault_state", "highest_generation = 0"),
        ("vault_state", "highest_generation = 9223372036854775807"),
        ("vault_state", "next_key_number = 9223372036854775807"),
        ("vault_state", "audit_removed = -5"),
        ("conversations", "kind = 'group'"),
        ("conversations", "next_expiry = 'soon'"),
        ("conversations", "last_at = 'now'"),
        ("performance_metrics", "metadata = 'nonsense'"),
        ("performance_metrics", "metadata = '{}'"),
        ("performance_metrics", "metadata = NULL"),
        ("performance_metrics", "unit = 'years'"),
        ("contacts", "is_verified = 7"),
        ("contacts", "is_online = 'yes'"),
        ("contacts", "last_seen = 'abcd-ef-gh ij:kl:mn.opq'"),
        ("file_transfers", "completed_at = 'abcd-ef-gh ij:kl:mn.opq'"),
        ("retention_policies", "cleanup_enabled = 5"),
    ]
    .into_iter()
    .map(|(table, set)| {
        // A metric's unit is part of its metadata.
        let column = set.split(' ').next().unwrap().replace("unit", "metadata");
        (format!("UPDATE {table} SET {set}"), format!("{table}.{column}"))
    })
    .collect();
    for (sql, told) in [
        (
            "INSERT INTO partitions (partition, table_name, state, key_id) \
             SELECT 209901, 'messages_209901', 'live', key_id FROM partitions LIMIT 1",
            "partitions.table_name",
        ),
        (
            "INSERT INTO backup_metadata (backup_id, backup_type, status, encryption_info) \
             VALUES ('b', 'full', 'completed', 'nonsense')",
            "backup_metadata.encryption_info",
        ),
        (
            "INSERT INTO usage_statistics (date, metric, value) VALUES ('whenever', 'x', 1)",
            "usage_statistics.date",
        ),
    ] {
        faults.push((sql.to_owned(), told.to_owned()));
    }
    for (fault, told) in faults {
        let problems = vault.verify_with(&format!(
            "PRAGMA ignore_check_constraints = ON; {fault}; PRAGMA ignore_check_constraints = OFF"
        ));
        let told = format!("{told} of row ");
        assert!(
            problems.iter().any(|line| line.starts_with(&told)),
            "{fault}: {problems:?}"
        );
    }
}

#[test]
fn a_verified_mark_without_a_key_is_told() {
    let vault = vault();
    vault
        .store
        .write("contact", |tx| {
            tx.contact_create(&privatus_domain::NewContact {
                id: "bare".parse()?,
                display_name: privatus_domain::DisplayName::new("Bare")?,
                public_key: privatus_domain::PublicKey::default(),
                is_verified: false,
                added_at: tx.now(),
                last_seen: None,
            })
        })
        .unwrap();
    assert_eq!(vault.verify().problems, Vec::<String>::new());
    let problems = vault.verify_with("UPDATE contacts SET is_verified = TRUE WHERE contact_id = 'bare'");
    assert_eq!(problems, ["contact bare is marked as verified but has no key"]);
}

/// Returns faults in rows with this date.
fn dated_faults(date: &str) -> [(String, &'static str); 5] {
    [
        (
            format!("UPDATE security_events SET event_type = 'nothing', timestamp = {date}"),
            "has a type that",
        ),
        (
            format!("UPDATE access_control SET permissions = '{{}}', granted_at = {date}"),
            "is not a grant that a build writes",
        ),
        (
            format!("UPDATE file_transfers SET file_size = -1, created_at = {date}"),
            "file_transfers.file_size of row",
        ),
        (
            format!(
                "INSERT INTO usage_statistics (date, metric, value) VALUES (substr({date}, 1, 10), 'x', -1)"
            ),
            "usage_statistics.value",
        ),
        (
            format!(
                "INSERT INTO backup_metadata (backup_id, backup_type, status, created_at) \
                 VALUES ('b', 'full', 'completed', {date}); \
                 INSERT INTO backup_contents (backup_id, table_name, record_count) VALUES ('b', 'contacts', -1)"
            ),
            "backup_contents.record_count",
        ),
    ]
}

fn noted(vault: &Vault, act: Act) {
    vault
        .store
        .write("note", |tx| tx.audit(&NewAuditEntry::done(tx.now(), act)))
        .unwrap();
}

/// Asserts whether the check names faults in rows with this date.
fn tells(vault: &Vault, date: &str, is_told: bool) {
    for (fault, told) in dated_faults(date) {
        let problems = vault.verify_with(&fault);
        assert_eq!(
            problems.iter().any(|line| line.contains(told)),
            is_told,
            "{fault}: {problems:?}"
        );
    }
}

/// A part of the check that cannot continue does not prevent others from reporting their faults.
#[test]
fn a_part_that_cannot_be_checked_is_named_and_the_others_go_on() {
    let vault = filled();
    for (fault, told) in [
        (
            "ALTER TABLE contacts RENAME COLUMN blocked_at TO zz",
            "table contacts differs",
        ),
        (
            "ALTER TABLE group_members RENAME COLUMN role TO zz",
            "table group_members differs",
        ),
        (
            "ALTER TABLE vault_state RENAME COLUMN settled_version TO zz",
            "table vault_state differs",
        ),
        (
            "ALTER TABLE key_store RENAME COLUMN scope TO zz",
            "table key_store differs",
        ),
        ("ALTER TABLE audit_log DROP COLUMN mac", "table audit_log differs"),
        (
            "ALTER TABLE message_locator RENAME COLUMN row_key TO zz",
            "table message_locator differs",
        ),
        (
            "UPDATE access_control SET expires_at = ''",
            "grants could not be checked",
        ),
        (
            "UPDATE security_events SET event_type = x'ff'",
            "security_events.event_type of row",
        ),
        (
            "UPDATE conversations SET message_count = x'00'",
            "conversations.message_count of row",
        ),
        (
            "UPDATE sqlite_sequence SET seq = 9223372036854775807 WHERE name = 'security_events'",
            "counter of security_events is higher",
        ),
        (
            "UPDATE sqlite_sequence SET seq = 'abc' WHERE name = 'audit_log'",
            "counter of audit_log is not a number",
        ),
        (
            "INSERT INTO sqlite_sequence (name, seq) VALUES ('audit_log', 1)",
            "counter of audit_log is there twice",
        ),
        ("DELETE FROM sqlite_sequence", "counter of audit_log is missing"),
        (
            "UPDATE audit_log SET mac = NULL, key_number = NULL; UPDATE vault_state SET settled_version = 0",
            "the key ring notes",
        ),
        (
            "UPDATE schema_migrations SET down_sql = 'DROP TABLE contacts' WHERE version = 20261125000003",
            "the row of migration 20261125000003",
        ),
    ] {
        let checks = "PRAGMA ignore_check_constraints = OFF";
        let other = "CREATE TRIGGER other AFTER DELETE ON settings BEGIN SELECT 1; END";
        let problems = vault.verify_with(&format!(
            "PRAGMA ignore_check_constraints = ON; {fault}; {other}; {checks}"
        ));
        assert!(
            problems.iter().any(|line| line.contains(told)),
            "{fault}: {problems:#?}"
        );
        assert!(
            problems
                .iter()
                .any(|line| line.contains("trigger other is not expected")),
            "{fault}: {problems:#?}"
        );
    }
}

/// Rows that another application or an older build wrote are accepted; the audit log says until when. Faults in newer
/// rows are all reported.
#[test]
fn rows_from_before_an_adoption_or_an_upgrade_are_not_told_and_newer_ones_are() {
    for act in [Act::VaultAdopt, Act::SchemaUpgrade] {
        let vault = filled();
        tells(&vault, "'2024-01-01 00:00:00.000'", true);
        noted(&vault, act);
        tells(&vault, "'2024-01-01 00:00:00.000'", false);
        tells(&vault, "'2026-02-01 00:00:00.000'", true);
        // Every build gives each row a time.
        let fault = "UPDATE security_events SET timestamp = NULL";
        let is_told = vault
            .verify_with(fault)
            .iter()
            .any(|line| line.contains("has a time that"));
        assert_eq!(is_told, act == Act::SchemaUpgrade);
    }
}

/// If the beginning of the log is gone, the key ring's note says since when the vault is ours.
#[test]
fn retention_of_the_log_does_not_blind_the_check() {
    let vault = filled();
    for _ in 0..2 {
        noted(&vault, Act::Unlock);
    }
    let removed = vault.store.write("prune", |tx| {
        tx.audit_prune(crate::testing::at("2030-01-01T00:00:00Z"))
    });
    assert!(removed.unwrap() > 0);
    // Tests create their vaults with the system's clock.
    tells(&vault, "'2024-01-01 00:00:00.000'", false);
    tells(&vault, "'2099-02-01 00:00:00.000'", true);
}
