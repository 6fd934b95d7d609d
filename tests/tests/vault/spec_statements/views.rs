//! `messages` and `messages_archive` read like the specification's tables, and accept no write.

use crate::spec_statements::database::{Database, SAID, WRITTEN, Written};
use crate::spec_statements::specification;

/// A contact, a group, and messages of both in the months of the database.
fn populated() -> Database {
    let mut db = Database::vault();
    db.run(
        "INSERT INTO contacts (contact_id, display_name, public_key) VALUES ('cara', 'Cara', x''), ('dan', 'Dan', x'');
         INSERT INTO groups (group_id, name, group_type) VALUES ('g', 'G', 'private');
         INSERT INTO conversations (conversation, conversation_id, kind, contact_id, group_id)
             VALUES (101, 'ca', 'direct', 'cara', NULL), (102, 'cg', 'group', NULL, 'g');
         INSERT INTO senders (sender, contact_id, name) VALUES (101, 'cara', NULL), (102, 'dan', NULL), (103, NULL, 'Guest');
         INSERT INTO messages_202501
             (row_key, message_id, sender, content, is_outgoing, is_encrypted, is_read, is_deleted, timestamp,
              edited_at, deleted_at, reply_to, created_at, updated_at) VALUES
             (101 << 43 | 1, x'0192f0a1b2c37d4e8f00112233445566', NULL, x'c0ffee', 1, 1, 1, 0, 1735689600001,
              1735689600999, NULL, NULL, 1735689601000, NULL),
             (101 << 43 | 2, 'foreign:1', 101, x'', 0, 0, 0, 1, 1738367999999,
              NULL, 1738368000000, x'0192f0a1b2c37d4e8f00112233445566', 1738367999999, 1738368000000);
         INSERT INTO messages_202502
             (row_key, message_id, sender, content, is_outgoing, is_read, timestamp, reply_to, created_at) VALUES
             (102 << 43 | 1, '1234567890123456', 102, x'01', 0, 1, 1738368000000, 'foreign:1', 1738368000000),
             (102 << 43 | 2, 'guest', 103, x'02', 0, 1, 1738368000500, NULL, 1738368000500);
         INSERT INTO messages_202412
             (row_key, message_id, sender, content, is_outgoing, is_read, timestamp, created_at) VALUES
             (101 << 43 | 1, 'old', 101, x'03', 0, 1, 1733011200000, 1733011200000);",
    )
    .unwrap();
    db
}

#[test]
fn the_columns_are_the_specifications() {
    let mut plain = Database::empty();
    let specification = specification();
    plain.run(&specification["CREATE TABLE messages"]).unwrap();
    plain
        .run(&specification["ALTER TABLE messages ADD COLUMN reply_to TEXT REFERENCES messages(message_id)"])
        .unwrap();
    let wanted = plain.texts("SELECT name FROM pragma_table_info('messages')");
    let mut vault = Database::vault();
    for view in ["messages", "messages_archive"] {
        assert_eq!(
            vault.texts(&format!("SELECT name FROM pragma_table_info('{view}')")),
            wanted
        );
    }
}

#[test]
fn the_values_are_the_specifications() {
    let mut db = populated();
    let row = |view: &str, id: &str| {
        format!(
            "SELECT concat_ws('|', message_id, coalesce(contact_id, '-'), hex(content), is_outgoing, is_encrypted,
                 timestamp, coalesce(edited_at, '-'), is_deleted, coalesce(deleted_at, '-'), created_at,
                 coalesce(updated_at, '-'), coalesce(reply_to, '-'))
             FROM {view} WHERE message_id = '{id}'"
        )
    };
    let uuid = "0192f0a1-b2c3-7d4e-8f00-112233445566";
    for (view, id, rest) in [
        (
            "messages",
            uuid,
            "cara|C0FFEE|1|1|2025-01-01 00:00:00.001|2025-01-01 00:00:00.999|0|-|2025-01-01 00:00:01.000|-|-",
        ),
        (
            "messages",
            "foreign:1",
            "cara||0|0|2025-01-31 23:59:59.999|-|1|2025-02-01 00:00:00.000|2025-01-31 23:59:59.999|\
             2025-02-01 00:00:00.000|0192f0a1-b2c3-7d4e-8f00-112233445566",
        ),
        // 16 characters of text are not the 16 bytes of a UUID.
        (
            "messages",
            "1234567890123456",
            "dan|01|0|1|2025-02-01 00:00:00.000|-|0|-|2025-02-01 00:00:00.000|-|foreign:1",
        ),
        (
            "messages",
            "guest",
            "-|02|0|1|2025-02-01 00:00:00.500|-|0|-|2025-02-01 00:00:00.500|-|-",
        ),
        (
            "messages_archive",
            "old",
            "cara|03|0|1|2024-12-01 00:00:00.000|-|0|-|2024-12-01 00:00:00.000|-|-",
        ),
    ] {
        assert_eq!(db.text(&row(view, id)), format!("{id}|{rest}"));
    }
    assert_eq!(db.text("SELECT count(*) FROM messages"), "8");
    assert_eq!(db.text("SELECT count(*) FROM messages_archive"), "2");
    assert_eq!(
        db.text("SELECT group_concat(DISTINCT typeof(content)) FROM messages"),
        "blob"
    );
}

#[test]
fn what_the_store_wrote_reads_as_the_specification_says() {
    let mut db = Database::vault();
    for written in WRITTEN {
        let Written { view, id, at, .. } = written;
        let row = format!(
            "SELECT concat_ws('|', coalesce(contact_id, '-'), is_outgoing, is_encrypted, timestamp,
                 coalesce(edited_at, '-'), is_deleted, coalesce(deleted_at, '-'), coalesce(reply_to, '-'))
             FROM {view} WHERE message_id = '{id}'"
        );
        let contact = written.contact.unwrap_or("-");
        let reply_to = written.reply_to.unwrap_or("-");
        let wanted = format!(
            "{contact}|{}|1|{at}|-|0|-|{reply_to}",
            u8::from(written.is_outgoing)
        );
        assert_eq!(db.text(&row), wanted, "{id}");
        // Sealed: it does not contain the text.
        let sealed = format!(
            "SELECT length(content) > {} AND instr(content, CAST('{SAID}' AS BLOB)) = 0
             FROM {view} WHERE message_id = '{id}'",
            SAID.len()
        );
        assert_eq!(db.text(&sealed), "1", "{id}");
    }
}

#[test]
fn every_millisecond_reads_as_itself() {
    // From the year 0 to the end of 9999, and each of the 1,000 milliseconds of a second.
    let mut db = Database::vault();
    db.run(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1999)
         INSERT INTO messages_202501 (row_key, message_id, content, is_outgoing, is_read, timestamp, created_at)
         SELECT 101 << 43 | i, 'm' || i, x'', 1, 1, at, at FROM
             (SELECT i, CASE WHEN i < 1000 THEN 1735689599000 + i
                 ELSE (-62167219200000 + (i - 1000) * 315569520001) END AS at FROM n);",
    )
    .unwrap();
    let wrong = db.text(
        "SELECT count(*) FROM messages v JOIN messages_202501 m ON v.message_id = m.message_id
         WHERE length(v.timestamp) <> 23
         OR CAST(strftime('%s', v.timestamp) AS INTEGER) * 1000 + CAST(substr(v.timestamp, 21) AS INTEGER) <> m.timestamp",
    );
    assert_eq!(wrong, "0");
    assert_eq!(db.text("SELECT count(*) FROM messages"), "2004");
    assert_eq!(
        db.text("SELECT substr(min(timestamp), 1, 4) FROM messages"),
        "0000"
    );
    assert_eq!(
        db.text("SELECT substr(max(timestamp), 1, 4) FROM messages"),
        "9989"
    );
}

#[test]
fn the_specifications_conditions_work() {
    let mut db = populated();
    let before =
        |view: &str| format!("SELECT count(*) FROM {view} WHERE timestamp < date('2025-08-01', '-6 months')");
    assert_eq!(db.text(&before("messages")), "4");
    assert_eq!(db.text(&before("messages_archive")), "2");
}

#[test]
fn a_write_is_refused() {
    let mut db = populated();
    for view in ["messages", "messages_archive"] {
        for sql in [
            format!(
                "INSERT INTO {view} (message_id, contact_id, content, is_outgoing) VALUES ('n', 'ann', x'00', 1)"
            ),
            format!("UPDATE {view} SET is_deleted = 1"),
            format!("DELETE FROM {view}"),
        ] {
            let error = db.run(&sql).unwrap_err();
            assert_eq!(error, format!("cannot modify {view} because it is a view"));
        }
    }
    assert_eq!(db.text("SELECT count(*) FROM messages WHERE NOT is_deleted"), "7");
}
