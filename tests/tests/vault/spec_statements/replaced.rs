//! The statements that something else replaces: what SQLite does with each as it is.

use crate::spec_statements::database::Database;
use crate::spec_statements::kept::COLUMNS;
use crate::spec_statements::specification;

/// What happens when the statement is run as it is.
pub(crate) enum Outcome {
    /// SQLite refuses it in a vault, with these words in the error.
    Refused(&'static str),
    /// SQLite refuses it also where only the specification's own tables are.
    Invalid(&'static str),
    /// It runs and changes nothing: `messages` is a view.
    WithoutEffect,
}

use Outcome::{Invalid, Refused, WithoutEffect};

pub(crate) const REPLACED: &[(&str, Outcome)] = &[
    ("CREATE TABLE messages", Refused("already exists")),
    (
        "CREATE TABLE groups",
        Invalid("duplicate column name: created_at"),
    ),
    (
        "CREATE INDEX idx_messages_contact_timestamp",
        Refused("may not be indexed"),
    ),
    (
        "CREATE INDEX idx_messages_timestamp",
        Refused("may not be indexed"),
    ),
    (
        "CREATE INDEX idx_messages_outgoing",
        Refused("may not be indexed"),
    ),
    (
        "ALTER TABLE messages ADD CONSTRAINT check_message_size",
        Invalid("syntax error"),
    ),
    (
        "ALTER TABLE group_members ADD CONSTRAINT check_group_size",
        Invalid("syntax error"),
    ),
    (
        "ALTER TABLE messages ADD CONSTRAINT check_timestamp_order",
        Invalid("syntax error"),
    ),
    ("CREATE TABLE messages_202501", Refused("already exists")),
    ("CREATE TABLE messages_202502", Refused("already exists")),
    ("CREATE TABLE message_content", Refused("already exists")),
    (
        "CREATE TABLE initial_tables AS SELECT * FROM existing_tables",
        Invalid("no such table: existing_tables"),
    ),
    (
        "ALTER TABLE messages ADD COLUMN reply_to TEXT REFERENCES messages(message_id)",
        Refused("Cannot add a column to a view"),
    ),
    (
        "INSERT INTO messages_archive SELECT * FROM messages WHERE timestamp < date('now', '-6 months')",
        Refused("cannot modify messages_archive because it is a view"),
    ),
    (
        "DELETE FROM messages WHERE timestamp < date('now', '-6 months')",
        Refused("cannot modify messages because it is a view"),
    ),
    ("ANALYZE messages", WithoutEffect),
    ("REINDEX messages", WithoutEffect),
];

#[test]
fn each_does_as_it_is_what_the_list_says() {
    let specification = specification();
    for (name, outcome) in REPLACED {
        let sql = &specification[*name];
        let mut vault = Database::vault();
        let answer = vault.run(sql);
        match outcome {
            Refused(words) => assert!(
                answer.clone().is_err_and(|e| e.contains(words)),
                "{name}: {answer:?}"
            ),
            Invalid(words) => {
                assert!(answer.is_err(), "{name}");
                let mut plain = Database::empty();
                if sql.starts_with("ALTER TABLE") {
                    plain.run(&specification["CREATE TABLE messages"]).unwrap();
                    plain.run(&specification["CREATE TABLE group_members"]).unwrap();
                }
                let answer = plain.run(sql);
                assert!(
                    answer.clone().is_err_and(|e| e.contains(words)),
                    "{name}: {answer:?}"
                );
            }
            WithoutEffect => {
                assert_eq!(answer, Ok(()), "{name}");
                let statistics = vault.texts("SELECT name FROM sqlite_schema WHERE name = 'sqlite_stat1'");
                if !statistics.is_empty() {
                    assert_eq!(vault.text("SELECT count(*) FROM sqlite_stat1"), "0");
                }
            }
        }
    }
}

#[test]
fn like_makes_no_month() {
    let mut database = Database::empty();
    let sql = &specification()["CREATE TABLE messages_202501"];
    database.run(sql).unwrap();
    // Valid SQLite, but not what it says: one column, named LIKE.
    assert_eq!(
        database.text("SELECT name FROM pragma_table_info('messages_202501')"),
        "LIKE"
    );
}

#[test]
fn the_tables_that_replace_have_the_columns_the_specification_gives_them() {
    let specification = specification();
    let mut vault = Database::vault();
    // `created_at` once, `settings` sealed, and the group's key.
    let mut plain = Database::empty();
    let twice = "created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, ";
    let groups = specification["CREATE TABLE groups"].replacen(twice, "", 1);
    assert_ne!(groups, specification["CREATE TABLE groups"]);
    plain.run(&groups).unwrap();
    let mut wanted = plain.texts(&format!("{COLUMNS}'groups'"));
    for line in &mut wanted {
        *line = line.replacen("groups.settings TEXT", "groups.settings BLOB", 1);
    }
    wanted.push("groups.key_id TEXT null ".to_owned());
    wanted.sort();
    let mut here = vault.texts(&format!("{COLUMNS}'groups'"));
    here.sort();
    assert_eq!(here, wanted);

    // All columns, and no foreign key.
    let mut plain = Database::empty();
    plain.run(&specification["CREATE TABLE message_content"]).unwrap();
    let query = format!("{COLUMNS}'message_content'");
    assert_eq!(vault.texts(&query), plain.texts(&query));
    let keys = "SELECT \"from\" FROM pragma_foreign_key_list('message_content')";
    assert_eq!(
        (vault.texts(keys).len(), plain.texts(keys)),
        (0, vec!["message_id".to_owned()])
    );
}

#[test]
fn the_template_carries_no_comment_into_the_months() {
    let mut vault = Database::vault();
    for table in ["messages_template", "messages_202501"] {
        let sql = vault.text(&format!("SELECT sql FROM sqlite_schema WHERE name = '{table}'"));
        assert!(!sql.contains("--") && !sql.contains("/*"), "{sql}");
    }
}

#[test]
fn the_template_carries_the_indexes_of_messages_under_their_names() {
    let mut vault = Database::vault();
    for (index, columns) in [
        ("idx_messages_contact_timestamp", "conversation,timestamp"),
        ("idx_messages_timestamp", "timestamp"),
        ("idx_messages_outgoing", "is_outgoing,timestamp"),
    ] {
        assert_eq!(
            vault.text(&format!(
                "SELECT tbl_name FROM sqlite_schema WHERE name = '{index}'"
            )),
            "messages_template"
        );
        assert_eq!(
            vault.text(&format!(
                "SELECT group_concat(name ORDER BY seqno) FROM pragma_index_info('{index}')"
            )),
            columns
        );
    }
}

#[test]
fn what_replaces_the_constraints_holds() {
    let mut db = Database::vault();
    let message = |content: &str, edited: &str| {
        format!(
            "INSERT INTO messages_202501 (row_key, message_id, content, is_outgoing, is_read, timestamp, created_at, \
             edited_at) VALUES (101 << 43, 'x', {content}, 1, 1, 1000, 1000, {edited})"
        )
    };
    let error = db.run(&message("zeroblob(1052673)", "NULL")).unwrap_err();
    assert!(error.contains("check_message_size"), "{error}");
    let error = db.run(&message("x'00'", "999")).unwrap_err();
    assert!(error.contains("check_timestamp_order"), "{error}");
    db.run(&message("zeroblob(1052672)", "1000")).unwrap();

    db.run("INSERT INTO groups (group_id, name, group_type, max_members) VALUES ('g', 'G', 'secret', 2), ('h', 'H', 'public', 0)")
        .unwrap();
    let member = |group: &str, contact: &str| {
        format!(
            "INSERT INTO group_members (group_id, contact_id, display_name, role) \
             VALUES ('{group}', '{contact}', 'N', 'member') ON CONFLICT DO UPDATE SET role = 'admin'"
        )
    };
    db.run(&member("g", "a")).unwrap();
    db.run(&member("g", "b")).unwrap();
    db.run(&member("g", "b"))
        .expect("a member of a full group can be changed");
    assert!(
        db.run(&member("g", "c"))
            .unwrap_err()
            .contains("check_group_size")
    );
    assert!(
        db.run("UPDATE group_members SET group_id = 'h'")
            .unwrap_err()
            .contains("check_group_size")
    );
    assert_eq!(
        db.text("SELECT count(*) FROM group_members WHERE group_id = 'g'"),
        "2"
    );
}

#[test]
fn removing_a_contact_hides_its_conversation_and_leaves_the_rest() {
    let mut db = Database::vault();
    db.run(
        "INSERT INTO contacts (contact_id, display_name, public_key) VALUES ('a', 'Ann', x''), ('b', 'Bob', x'');
         INSERT INTO conversations (conversation, conversation_id, kind, contact_id)
             VALUES (101, 'ca', 'direct', 'a'), (102, 'cb', 'direct', 'b');
         INSERT INTO senders (sender, contact_id, name) VALUES (101, 'a', 'Ann'), (102, 'b', 'Bob');
         INSERT INTO groups (group_id, name, group_type) VALUES ('g', 'G', 'private');
         INSERT INTO group_members (group_id, contact_id, display_name, role)
             VALUES ('g', 'a', 'Ann', 'owner'), ('g', 'b', 'Bob', 'member');
         INSERT INTO messages_202501 (row_key, message_id, sender, content, is_outgoing, is_read, timestamp, created_at)
             VALUES (101 << 43, 'x', 101, x'00', 0, 1, 1000, 1000), (102 << 43, 'y', 102, x'00', 0, 1, 1000, 1000);
         DELETE FROM contacts WHERE contact_id = 'a';",
    )
    .unwrap();
    assert_eq!(
        db.texts("SELECT message_id FROM messages WHERE message_id IN ('x', 'y')"),
        ["y"]
    );
    assert_eq!(db.texts("SELECT conversation FROM pending_removals"), ["101"]);
    assert_eq!(
        db.texts("SELECT conversation FROM conversations WHERE is_hidden"),
        ["101"]
    );
    assert_eq!(
        db.texts("SELECT contact_id FROM group_members WHERE group_id = 'g'"),
        ["b"]
    );
    assert_eq!(
        db.texts("SELECT sender FROM senders WHERE contact_id IS NULL AND name IS NULL"),
        ["101"]
    );
}
