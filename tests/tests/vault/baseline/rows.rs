//! Rows that a vault cannot hold: refused with table, row and column, and nothing is created.

use std::fs;

use crate::baseline::source::Source;

const PEOPLE: &str = "INSERT INTO contacts (contact_id, display_name, public_key) VALUES ('a', 'A', '');
    INSERT INTO groups (group_id, name, group_type) VALUES ('g', 'G', 'public');";

/// Each statement alone causes a refusal with these words.
#[track_caller]
fn all_refused(cases: &[(&str, &str)]) {
    let source = Source::new();
    source.sql(PEOPLE);
    let clean = fs::read(source.database()).unwrap();
    for (sql, says) in cases {
        // As a program that does not ask SQLite to keep the rules.
        source.sql(&format!(
            "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF; {sql}"
        ));
        source.refuses(&[], 23, says);
        fs::write(source.database(), &clean).unwrap();
    }
    source.adopt(&[]);
}

#[test]
fn orphans() {
    all_refused(&[
        (
            "INSERT INTO messages (message_id, contact_id, content, is_outgoing) VALUES ('m', 'ghost', 'x', 0)",
            "messages, row 1 (m), contact_id: names a contact that does not exist",
        ),
        (
            "INSERT INTO message_content (message_id, content) VALUES ('m', 'x')",
            "message_content, row 1 (m), message_id: names a message that does not exist",
        ),
        (
            "INSERT INTO group_members (group_id, contact_id, display_name, role) VALUES ('x', 'a', 'A', 'member')",
            "group_members, row 1 (x), group_id: names a group that does not exist",
        ),
        (
            "INSERT INTO group_members (group_id, contact_id, display_name, role) VALUES ('g', 'x', 'A', 'member')",
            "group_members, row 1 (g), contact_id: names a contact that does not exist",
        ),
        (
            "INSERT INTO file_transfers (transfer_id, file_name, file_size, file_hash, contact_id, direction, status)
             VALUES ('t', 'n', 1, 'h', 'x', 'inbound', 'active')",
            "file_transfers, row 1 (t), contact_id: names a contact that does not exist",
        ),
        (
            "INSERT INTO backup_contents (backup_id, table_name) VALUES ('b', 't')",
            "backup_contents, row 1 (b), backup_id: names a backup that does not exist",
        ),
        (
            "UPDATE groups SET max_members = 1;
             INSERT INTO contacts (contact_id, display_name, public_key) VALUES ('b', 'B', '');
             INSERT INTO group_members (group_id, contact_id, display_name, role) VALUES ('g', 'a', 'A', 'owner'), ('g', 'b', 'B', 'member')",
            "groups, row 1 (g), max_members: is less than the group's number of members",
        ),
        (
            "INSERT INTO key_store (key_id, key_type, encrypted_key, algorithm) VALUES ('k', 't', x'00', 'a')",
            "key_store has keys of another application (1), which this vault cannot unwrap; nothing was created; use --skip-keys to leave them out",
        ),
    ]);
}

#[test]
fn values_of_messages() {
    let message = |column: &str, value: &str| {
        format!(
            "INSERT INTO messages (message_id, contact_id, content, is_outgoing, timestamp) VALUES ('m', 'a', 'x', 0, '2024-01-01 00:00:00'); \
             UPDATE messages SET {column} = {value}"
        )
    };
    let large = |values: &str| {
        message("content", "''")
            + &format!(
                "; INSERT INTO message_content (message_id, content, compression_algorithm, original_size) VALUES ('m', {values})"
            )
    };
    let cases = [
        (
            message("timestamp", "NULL"),
            "messages, row 1 (m), timestamp: is missing",
        ),
        (
            message("timestamp", "'yesterday'"),
            "messages, row 1 (m), timestamp: is not a time",
        ),
        (
            message("timestamp", "1700000000"),
            "timestamp: is a whole number, not a time in the form",
        ),
        (
            message("created_at", "2460706.5"),
            "created_at: is a number with a fraction, not a time",
        ),
        (
            message("edited_at", "'2023-12-31 00:00:00'"),
            "edited_at: is before the message's own time",
        ),
        (
            message("deleted_at", "'2024-01-02 00:00:00'"),
            "deleted_at: is set, but the message is not deleted",
        ),
        (message("is_outgoing", "2"), "is_outgoing: is neither 0 nor 1"),
        (
            message("is_encrypted", "'yes'"),
            "is_encrypted: is a text, not a whole number",
        ),
        (
            message("content", "x'ff00'"),
            "messages, row 1 (m), content: is not UTF-8",
        ),
        (
            message("content", "17"),
            "content: is a whole number, not a text or a BLOB",
        ),
        (
            message("content", "zeroblob(1048577)"),
            "content: the text has 1048577 bytes",
        ),
        (
            message("message_id", "''"),
            "messages, row 1, message_id: an id cannot be empty",
        ),
        (
            message("message_id", "NULL"),
            "messages, row 1, message_id: is missing",
        ),
        (
            message("message_id", "x'61'"),
            "messages, row 1, message_id: is a BLOB, not a text",
        ),
        (
            message("message_id", "printf('%.*c', 1025, 'x')"),
            "message_id: the id has 1025 characters",
        ),
        (
            message("message_id", "'a' || char(0)"),
            "message_id: an id cannot contain a NUL",
        ),
        (
            large("x'00', 'zstd', NULL"),
            "message_content, row 1 (m), content: does not unpack with zstd",
        ),
        (
            large("'x', 'gzip', NULL"),
            "message_content, row 1 (m), compression_algorithm: is not zstd",
        ),
        (
            large("'x', NULL, 2"),
            "message_content, row 1 (m), original_size: is not the size of the content, 1",
        ),
        (
            large("x'ff', '', NULL"),
            "message_content, row 1 (m), content: is not UTF-8",
        ),
        (
            large("7, NULL, NULL"),
            "message_content, row 1 (m), content: is neither a BLOB nor a text",
        ),
        (
            large("zeroblob(1048577), 'none', NULL"),
            "message_content, row 1 (m), content: the text has 1048577 bytes",
        ),
    ];
    let cases: Vec<(&str, &str)> = cases.iter().map(|(sql, says)| (sql.as_str(), *says)).collect();
    all_refused(&cases);
}

#[test]
fn values_of_every_other_table() {
    all_refused(&[
        (
            "UPDATE contacts SET display_name = ''",
            "contacts, row 1 (a), display_name: the name is empty",
        ),
        (
            "UPDATE contacts SET contact_id = NULL",
            "contacts, row 1, contact_id: is missing",
        ),
        (
            "UPDATE contacts SET last_seen = '2024-13-01 00:00:00'",
            "contacts, row 1 (a), last_seen: is not a time",
        ),
        (
            "UPDATE contacts SET public_key = zeroblob(16385)",
            "public_key: the public key has 16385 bytes",
        ),
        ("UPDATE contacts SET is_online = 'yes'", "is_online: is a text"),
        (
            "UPDATE groups SET group_type = 'other'",
            "groups, row 1 (g), group_type: is not one of public, private, secret",
        ),
        (
            "UPDATE groups SET max_members = 0",
            "max_members: is not between 1 and 100,000",
        ),
        (
            "UPDATE groups SET max_members = 'many'",
            "max_members: is a text, not a whole number",
        ),
        (
            "UPDATE groups SET settings = x'ff'",
            "groups, row 1 (g), settings: is not UTF-8",
        ),
        (
            "UPDATE groups SET description = x'00'",
            "description: is a BLOB, not a text",
        ),
        (
            "INSERT INTO settings (key, value) VALUES ('', 'v')",
            "settings, row 1, key: a setting's name must have 1 to 256",
        ),
        (
            "INSERT INTO settings (key, value) VALUES ('k', x'ff')",
            "settings, row 1 (k), value: is not UTF-8",
        ),
        (
            "INSERT INTO settings (key, value) VALUES ('k', zeroblob(1048577))",
            "settings, row 1 (k), value: the setting's value has",
        ),
        (
            "INSERT INTO settings (key, value) VALUES ('most', 1.7976931348623157e308), ('k', 9e999)",
            "settings, row 2 (k), value: is infinite",
        ),
        (
            "INSERT INTO settings (key, value) VALUES ('k', -9e999)",
            "settings, row 1 (k), value: is infinite",
        ),
        (
            "INSERT INTO audit_log (event_type, action, timestamp) VALUES ('e', 'a', 'x')",
            "audit_log, row 1, timestamp: is not a time",
        ),
        (
            "INSERT INTO usage_statistics (date, metric) VALUES ('2024-01-01 00:00:00', 'm')",
            "usage_statistics, row 1, date: is not a day",
        ),
        (
            "INSERT INTO usage_statistics (date, metric) VALUES (20240101, 'm')",
            "date: is a whole number, not a text",
        ),
        (
            "INSERT INTO retention_policies (table_name, retention_days) VALUES ('t', 3000000000)",
            "retention_policies, row 1 (t), retention_days: does not fit in 32 bits",
        ),
        (
            "INSERT INTO access_control (resource_type, resource_id, user_id, permissions) VALUES ('r', 'i', NULL, '[]'), ('r', 'i', '', '[]')",
            "access_control, row 2 (r): breaks a rule of the vault's table (is it a duplicate?)",
        ),
        (
            "INSERT INTO security_events (event_type, severity) VALUES ('e', 'severe')",
            "security_events, row 1, severity: is not one of low, medium, high, critical",
        ),
    ]);
}
