//! A database with rows in every table is adopted, and everything is there.

mod notes;

use std::fs;

use privatus_crypto::{KeyRing, Password, Secret};
use privatus_sqlite::{Column, Connection, OpenMode, OpenOptions, RawKey};
use privatus_tests::{PASSWORD, files, ok, run};
use serde_json::{Value, json};

use crate::baseline::source::{Source, tree};

/// Rows in every table; what is secret says so.
const ROWS: &str = "
INSERT INTO contacts VALUES
    ('alice', 'Alice', 'q83vASNFZ4k=', TRUE, TRUE, '2024-01-01 10:00:00', '2024-05-01T10:00:00+02:00', '2024-01-01 10:00:01', NULL),
    ('0190163d-8694-739b-aea5-966c26f8ad91', 'Bob', 'secret-key!', FALSE, FALSE, '2024-01-02', NULL, NULL, '2024-01-02 00:00:00.250');
INSERT INTO messages VALUES
    ('m1', 'alice', 'secret-hello', 0, TRUE, '2024-02-01 08:00:00', NULL, FALSE, NULL, '2024-02-01 08:00:05', '2024-02-01 08:00:06'),
    ('m2', 'alice', CAST('secret-answer é' AS BLOB), 1, FALSE, '2024-02-01 08:01:00', '2024-02-01 08:02:00', FALSE, NULL, NULL, NULL),
    ('m3', '0190163d-8694-739b-aea5-966c26f8ad91', '', 0, NULL, '2024-03-01T00:00:00.123Z', NULL, FALSE, NULL, '2024-03-01 00:00:00', '2024-03-01 00:00:00'),
    ('m4', 'alice', 'secret-deleted', 0, TRUE, '2024-03-02 00:00:00', NULL, TRUE, NULL, '2024-03-02 00:00:00', '2024-03-04 05:06:07'),
    ('m5', 'alice', '', 0, TRUE, '2024-03-03 00:00:00', NULL, TRUE, '2024-03-05 00:00:00', NULL, NULL),
    ('0190163d-8694-739b-aea5-966c26f8ad92', 'alice', 'secret-large', 1, TRUE, '1999-12-31 23:59:59', NULL, NULL, NULL, NULL, NULL),
    ('m7', 'alice', 'a stub', 0, TRUE, '2024-04-01 00:00:00', NULL, FALSE, NULL, '2024-02-01 00:00:00', NULL);
INSERT INTO message_content VALUES
    ('m7', 'secret-plain-large', NULL, NULL, 18),
    ('m5', 'secret-of-deleted', NULL, NULL, NULL);
INSERT INTO groups VALUES
    ('g', 'Group', 'about', 'secret', 'alice', '2024-01-01 00:00:00', 2, FALSE, '{\"secret-colour\": \"blue\"}', '2024-01-03 00:00:00'),
    ('alice', 'Named as a contact', NULL, 'public', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO group_members VALUES
    ('g', 'alice', 'Al', 'owner', '2024-01-01 00:00:00', NULL, TRUE, NULL, 'secret-no-json', NULL, NULL),
    ('g', '0190163d-8694-739b-aea5-966c26f8ad91', 'B', 'member', NULL, NULL, NULL, 'anon', NULL, NULL, NULL);
INSERT INTO settings VALUES
    ('theme', 'secret-dark', '2024-01-01 00:00:00', NULL),
    ('window', CAST('{\"width\": 800}' AS BLOB), NULL, NULL),
    ('size', 12, NULL, NULL), ('ratio', 0.5, NULL, NULL);
INSERT INTO audit_log (log_id, timestamp, event_type, user_id, action, details, success, error_message) VALUES
    (7, '2024-01-01 00:00:00', 'authentication', 'alice', 'login', '{\"secret-from\": 1}', FALSE, 'no'),
    (3, '2024-01-02 00:00:00', 'other', NULL, 'none', NULL, NULL, NULL);
INSERT INTO key_store (key_id, key_type, encrypted_key, algorithm) VALUES ('k', 'message', x'00', 'aes'), ('l', 'group', x'01', 'aes');
INSERT INTO file_transfers VALUES
    ('t', 'secret-name.txt', 5000000000, 'DEADBEEF', 'alice', NULL, 'inbound', 'active', 40, '2024-01-01 00:00:00', NULL, NULL),
    ('u', 'secret-name2.txt', 1, 'secret-hash', NULL, 'g', 'outbound', 'failed', NULL, NULL, NULL, 'broke');
INSERT INTO backup_metadata VALUES ('b', 'full', '2024-01-01 00:00:00', NULL, 'completed', 5000000000, 3, '{}', 'h', '2025-01-01');
INSERT INTO backup_contents VALUES ('b', 'messages', 4, 5, 'c');
INSERT INTO schema_migrations (version, description, checksum) VALUES (1, '1.0.0', 'abc');
INSERT INTO performance_metrics VALUES (5, '2024-01-01 00:00:00', 'latency', 1.25, 'ms', NULL, '{}');
INSERT INTO usage_statistics VALUES (1, '2024-01-01', 'sent', 5000000000);
INSERT INTO access_control VALUES ('chat', 'alice', NULL, '[]', NULL, '2024-01-01 00:00:00', NULL), ('chat', 'alice', 'u', '[]', 'x', NULL, NULL);
INSERT INTO security_events VALUES (9, '2024-01-01 00:00:00', 'probe', 'high', '::1', NULL, 'd', '{\"secret-raw\":true}', TRUE, '2024-01-02 00:00:00', 'done');
INSERT INTO retention_policies VALUES ('messages', 30, NULL, FALSE, NULL), ('mine', 1, 'a', TRUE, '2024-01-01 00:00:00');
";

/// The vault's database, opened without the store's rules.
fn database(source: &Source) -> Connection {
    let ring = KeyRing::parse(&fs::read(source.vault().join("keyring.json")).unwrap()).unwrap();
    let secret = Secret::Password(Password::new(PASSWORD).unwrap());
    let opened = ring.unlock(&secret).unwrap();
    let key = RawKey::new(
        opened.database_key().dangerously_expose_bytes(),
        opened.cipher_salt(),
    );
    let options = OpenOptions::new(OpenMode::ReadWrite).with_key(&key);
    Connection::open(&source.vault().join("privatus.db"), &options).unwrap()
}

/// The rows of a query, each value as SQLite writes it.
fn rows(database: &mut Connection, sql: &str) -> Vec<String> {
    let mut all = Vec::new();
    let each = |row: &privatus_sqlite::Row<'_>| {
        if let Column::Text(text) = row.column(0) {
            all.push(String::from_utf8(text.to_vec()).unwrap());
        }
        Ok::<_, privatus_sqlite::SqliteError>(())
    };
    database
        .query(sql, &[], each)
        .unwrap_or_else(|error| panic!("{error}: {sql}"));
    all
}

fn line(columns: &str) -> String {
    let quoted: Vec<String> = columns
        .split(' ')
        .map(|name| format!("quote(\"{name}\")"))
        .collect();
    quoted.join(" || ' ' || ")
}

#[test]
fn every_row_of_every_table() {
    let source = Source::new();
    source.sql(ROWS);
    let large = "secret large content ".repeat(3_000);
    let packed = zstd::bulk::compress(large.as_bytes(), 3).unwrap();
    source
        .open()
        .run(
            "INSERT INTO message_content VALUES ('0190163d-8694-739b-aea5-966c26f8ad92', ?, 'zstd', ?, ?)",
            &[
                privatus_sqlite::Value::Blob(&packed),
                privatus_sqlite::Value::Integer(packed.len() as i64),
                privatus_sqlite::Value::Integer(large.len() as i64),
            ],
        )
        .unwrap();
    let before = tree(source.dir.path());

    let told = source.adopt(&["--skip-keys"]);

    let after = tree(source.dir.path());
    let outside = |(path, _): &&(std::path::PathBuf, Vec<u8>)| !path.starts_with(source.vault());
    assert!(
        before.iter().eq(after.iter().filter(outside)),
        "the source stays, and nothing comes beside it"
    );
    assert_eq!(
        told["tables"]
            .as_array()
            .unwrap()
            .iter()
            .map(|at| format!("{} {}", at["table"], at["rows"]))
            .collect::<Vec<_>>(),
        [
            "\"contacts\" 2",
            "\"messages\" 7",
            "\"groups\" 2",
            "\"group_members\" 2",
            "\"settings\" 4",
            "\"audit_log\" 2",
            "\"file_transfers\" 2",
            "\"message_content\" 2",
            "\"backup_metadata\" 1",
            "\"backup_contents\" 1",
            "\"performance_metrics\" 1",
            "\"usage_statistics\" 1",
            "\"access_control\" 2",
            "\"security_events\" 1",
            "\"retention_policies\" 2",
        ]
    );
    assert_eq!(
        told["skipped"],
        json!([
            {"table": "key_store", "rows": 2, "reason": "keys of another application, which this vault cannot unwrap"},
            {"table": "message_content", "rows": 1, "reason": "content of deleted messages, which a vault does not keep"},
            {"table": "schema_migrations", "rows": 1, "reason": "the vault has its own ledger"},
        ])
    );
    let notes = told["notes"].to_string();
    assert!(
        notes.contains("2 deleted messages still had their content"),
        "{notes}"
    );
    assert!(
        notes.contains("2 messages with large content also had different content"),
        "{notes}"
    );
    assert_eq!(told["vault"], source.vault().to_str().unwrap());

    // Nothing of the source is to be read in the new files.
    for (name, bytes) in files(&source.vault()) {
        for marker in [&b"secret-"[..], b"Alice", b"SQLite format 3", b"CREATE TABLE"] {
            assert!(!bytes.windows(marker.len()).any(|at| at == marker), "{name}");
        }
    }
    checked_by_the_tool(&source, &large);
    checked_by_its_code(&source, told["recovery_code"].as_str().unwrap());
    checked_in_the_database(&source);
}

/// The recovery code that was printed opens it.
fn checked_by_its_code(source: &Source, code: &str) {
    let mut command = privatus_tests::privatus(&source.vault());
    command
        .env_remove("PRIVATUS_PASSWORD")
        .env("PRIVATUS_RECOVERY_CODE", code);
    assert!(command.arg("chats").output().unwrap().status.success());
}

fn checked_by_the_tool(source: &Source, large: &str) {
    let vault = source.vault();
    let said = ok(&vault, &["verify"]);
    assert!(
        said.contains("5 messages") && said.contains("all is well"),
        "{said}"
    );
    let shown: Value = serde_json::from_str(&ok(&vault, &["--json", "show", "Alice"])).unwrap();
    let texts: Vec<_> = shown["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|at| at["text"].as_str().unwrap())
        .collect();
    assert_eq!(
        texts,
        [
            "secret-plain-large",
            "",
            "",
            "secret-answer é",
            "secret-hello",
            large
        ]
    );
    let exported = ok(&vault, &["export", "-"]);
    let lines: Vec<Value> = exported
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let one = |id: &str| {
        lines
            .iter()
            .find(|line| line["id"] == id && line["type"] == "message")
            .unwrap()
    };
    let hello = one("m1");
    assert_eq!(
        (
            &hello["at"],
            &hello["direction"],
            &hello["sender"],
            &hello["is_read"],
            &hello["is_encrypted"]
        ),
        (
            &json!("2024-02-01T08:00:00.000Z"),
            &json!("in"),
            &json!("Alice"),
            &json!(true),
            &json!(true)
        )
    );
    let answer = one("m2");
    assert_eq!(
        (
            &answer["direction"],
            &answer["edited_at"],
            &answer["is_encrypted"]
        ),
        (&json!("out"), &json!("2024-02-01T08:02:00.000Z"), &json!(false))
    );
    assert_eq!(one("m3")["at"], "2024-03-01T00:00:00.123Z");
    assert_eq!(
        one("m4")["deleted_at"],
        "2024-03-04T05:06:07.000Z",
        "the time of the row's last change"
    );
    assert_eq!(one("m5")["deleted_at"], "2024-03-05T00:00:00.000Z");
    let settings: Vec<_> = lines
        .iter()
        .filter(|line| line["type"] == "setting")
        .map(|line| &line["value"])
        .collect();
    assert_eq!(
        settings,
        [
            &json!(0.5),
            &json!(12),
            &json!("secret-dark"),
            &json!({"width": 800})
        ]
    );
    let contacts: Vec<_> = lines.iter().filter(|line| line["type"] == "contact").collect();
    assert_eq!(contacts[1]["public_key"], "q83vASNFZ4k=");
    assert_eq!(contacts[1]["last_seen"], "2024-05-01T08:00:00.000Z");
    // A key that is neither hexadecimal nor base64 is kept as its bytes.
    assert_eq!(contacts[0]["public_key"], "c2VjcmV0LWtleSE=");
    // It is a vault as any other.
    let chat = ok(&vault, &["--json", "chats"]);
    assert!(chat.contains("\"messages\": 4"), "{chat}");
    ok(&vault, &["send", "Alice", "and on"]);
    assert!(run(&vault, &["init"]).status.code() == Some(12));
}

fn checked_in_the_database(source: &Source) {
    let mut vault = database(source);
    for (columns, from, wanted) in [
        (
            "contact_id is_verified is_online added_at last_seen created_at updated_at",
            "contacts WHERE contact_id = 'alice'",
            "'alice' 1 1 '2024-01-01 10:00:00.000' '2024-05-01 08:00:00.000' '2024-01-01 10:00:01.000' NULL",
        ),
        (
            "message_id created_at updated_at",
            "messages WHERE message_id = 'm1'",
            "'m1' '2024-02-01 08:00:05.000' '2024-02-01 08:00:06.000'",
        ),
        (
            "name description group_type created_by max_members is_anonymous created_at updated_at",
            "groups WHERE group_id = 'g'",
            "'Group' 'about' 'secret' 'alice' 2 0 '2024-01-01 00:00:00.000' '2024-01-03 00:00:00.000'",
        ),
        (
            "contact_id role joined_at last_active is_online anonymous_id",
            "group_members WHERE role = 'member'",
            "'0190163d-8694-739b-aea5-966c26f8ad91' 'member' NULL NULL NULL 'anon'",
        ),
        (
            "log_id timestamp event_type user_id resource_type action success error_message",
            "audit_log WHERE log_id = 7",
            "7 '2024-01-01 00:00:00.000' 'authentication' 'alice' NULL 'login' 0 'no'",
        ),
        (
            "transfer_id file_size contact_id group_id direction status progress created_at",
            "file_transfers WHERE transfer_id = 't'",
            "'t' 5000000000 'alice' NULL 'inbound' 'active' 40 '2024-01-01 00:00:00.000'",
        ),
        (
            "backup_id backup_type status total_size file_count encryption_info integrity_hash retention_until",
            "backup_metadata",
            "'b' 'full' 'completed' 5000000000 3 '{}' 'h' '2025-01-01 00:00:00.000'",
        ),
        (
            "backup_id table_name record_count data_size checksum",
            "backup_contents",
            "'b' 'messages' 4 5 'c'",
        ),
        (
            "metric_id timestamp metric_name metric_value unit category metadata",
            // Opening it has added figures.
            "performance_metrics WHERE category IS NOT 'transaction'",
            "5 '2024-01-01 00:00:00.000' 'latency' 1.25 'ms' NULL '{}'",
        ),
        (
            "stat_id date metric value",
            "usage_statistics WHERE metric = 'sent'",
            "1 '2024-01-01' 'sent' 5000000000",
        ),
        (
            "resource_id user_id permissions granted_at",
            "access_control WHERE granted_by IS NULL",
            "'alice' '' '[]' '2024-01-01 00:00:00.000'",
        ),
        (
            "event_id event_type severity source_ip description resolved resolved_at resolution",
            "security_events",
            "9 'probe' 'high' '::1' 'd' 1 '2024-01-02 00:00:00.000' 'done'",
        ),
        (
            "retention_days archive_table cleanup_enabled",
            "retention_policies WHERE table_name = 'messages'",
            "30 NULL 0",
        ),
    ] {
        assert_eq!(
            rows(&mut vault, &format!("SELECT {} FROM {from}", line(columns))),
            [wanted],
            "{from}"
        );
    }
    // The vault's own ledger, and its own keys: one for each group with sealed values.
    assert_eq!(
        rows(
            &mut vault,
            "SELECT 'x' FROM schema_migrations WHERE version < 1000"
        ),
        Vec::<String>::new()
    );
    assert_eq!(
        rows(&mut vault, "SELECT 'x' FROM key_store WHERE algorithm = 'aes'"),
        Vec::<String>::new()
    );
    assert_eq!(
        rows(
            &mut vault,
            "SELECT k.scope FROM groups g JOIN key_store k USING (key_id)"
        ),
        ["g"]
    );
    // A sealed column is an envelope, and NULL stays NULL.
    let sealed = "SELECT group_concat(iif(details IS NULL, '-', hex(substr(details, 1, 1))), ' ' ORDER BY log_id) FROM audit_log WHERE log_id <= 7";
    assert_eq!(rows(&mut vault, sealed), ["- 01"]);
    // After them come the vault's own entries, and no number is used twice.
    let own = "SELECT event_type || ' ' || action FROM audit_log WHERE log_id > 7 AND action = 'adopt'";
    assert_eq!(rows(&mut vault, own), ["vault adopt"]);
    let next = "INSERT INTO audit_log (event_type, action) SELECT 'e', max(log_id) FROM audit_log \
                RETURNING quote(log_id - CAST(action AS INTEGER))";
    assert_eq!(rows(&mut vault, next), ["1"]);
}
