//! Tables that are not the specification's: each difference on a separate line, exit code 19, nothing created.

use privatus_sqlite::{Connection, OpenMode, OpenOptions};
use serde_json::Value;

use crate::baseline::source::{Source, specification};

/// The specification with one text replaced by another.
fn with(from: &str, to: &str) -> Vec<String> {
    let mut found = 0;
    let changed = specification().into_iter().map(|text| {
        found += text.matches(from).count();
        text.replace(from, to)
    });
    let changed = changed.collect();
    assert!(found > 0, "{from}");
    changed
}

#[track_caller]
fn differs(statements: &[String], wanted: &[&str]) {
    let source = Source::made_by(statements);
    let first = wanted.first().unwrap();
    let output = source.refuses(&[], 19, first);
    let listed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(listed.lines().collect::<Vec<_>>(), wanted);
    let output = source.command(&["--json"]).output().unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["differences"].as_array().unwrap().len(), wanted.len());
    assert_eq!(told["difference_count"], wanted.len());
}

#[test]
fn a_column_is_another() {
    for (from, to, wanted) in [
        (
            "display_name TEXT NOT NULL, public_key TEXT NOT NULL",
            "display_name TEXT, public_key TEXT NOT NULL",
            "column contacts.display_name is TEXT, but TEXT NOT NULL in version 1.0.0",
        ),
        (
            "file_size INTEGER NOT NULL",
            "file_size REAL NOT NULL",
            "column file_transfers.file_size is REAL NOT NULL, but INTEGER NOT NULL in version 1.0.0",
        ),
        (
            "key TEXT PRIMARY KEY, value",
            "key TEXT, value",
            "column settings.key is TEXT, but TEXT PRIMARY KEY (1) in version 1.0.0",
        ),
        (
            "PRIMARY KEY (group_id, contact_id)",
            "PRIMARY KEY (group_id)",
            "column group_members.contact_id is TEXT NOT NULL, but TEXT NOT NULL PRIMARY KEY (2) in version 1.0.0",
        ),
        (
            "max_members INTEGER DEFAULT 100",
            "max_members INTEGER DEFAULT 50",
            "column groups.max_members is INTEGER DEFAULT 50, but INTEGER DEFAULT 100 in version 1.0.0",
        ),
        ("user_agent TEXT, ", "", "column audit_log.user_agent is missing"),
        (
            "last_seen TIMESTAMP, ",
            "last_seen TIMESTAMP, nick TEXT, ",
            "column contacts.nick is not in version 1.0.0",
        ),
        (
            "user_agent TEXT, ",
            "user_agent TEXT GENERATED ALWAYS AS (action), ",
            "column audit_log.user_agent is TEXT GENERATED, but TEXT in version 1.0.0",
        ),
    ] {
        differs(&with(from, to), &[wanted]);
    }
}

#[test]
fn a_rule_of_a_table_is_another() {
    let check = "table groups lacks CHECK (group_type in ( public , private , secret ))";
    differs(
        &with(" CHECK (group_type IN ('public', 'private', 'secret'))", ""),
        &[check],
    );
    differs(
        &with("'public', 'private', 'secret'", "'public', 'private'"),
        &[
            check,
            "table groups has CHECK (group_type in ( public , private )), which version 1.0.0 does not have",
        ],
    );
    differs(
        &with(
            ", FOREIGN KEY (contact_id) REFERENCES contacts (contact_id) ON DELETE CASCADE",
            "",
        ),
        &[
            "table messages lacks FOREIGN KEY (contact_id) REFERENCES contacts (contact_id) ON DELETE CASCADE ON UPDATE NO ACTION",
        ],
    );
    differs(
        &with(", UNIQUE(date, metric)", ""),
        &["table usage_statistics lacks UNIQUE (date, metric)"],
    );
    differs(
        &with(
            "log_id INTEGER PRIMARY KEY AUTOINCREMENT",
            "log_id INTEGER PRIMARY KEY",
        ),
        &["table audit_log lacks AUTOINCREMENT"],
    );
    // Which makes `M1` and `m1` one id.
    for (table, from) in [
        ("contacts", "contact_id TEXT PRIMARY KEY"),
        (
            "messages",
            "message_id TEXT PRIMARY KEY, contact_id TEXT NOT NULL",
        ),
        ("message_content", "message_id TEXT PRIMARY KEY REFERENCES"),
    ] {
        differs(
            &with(
                from,
                &from.replacen("TEXT PRIMARY", "TEXT collate NOCASE PRIMARY", 1),
            ),
            &[&format!(
                "table {table} has COLLATE, which version 1.0.0 does not have"
            )],
        );
    }
    let mut kept = specification();
    let settings = kept
        .iter_mut()
        .find(|text| text.starts_with("CREATE TABLE settings"))
        .unwrap();
    *settings += " WITHOUT ROWID";
    differs(
        &kept,
        &[
            // Which forbids NULL in the key as well.
            "column settings.key is TEXT NOT NULL PRIMARY KEY (1), but TEXT PRIMARY KEY (1) in version 1.0.0",
            "table settings has WITHOUT ROWID, which version 1.0.0 does not have",
        ],
    );
}

#[test]
fn tables_views_and_triggers_that_lack_or_are_too_many() {
    let mut statements = specification();
    statements.retain(|text| {
        !text.starts_with("CREATE TABLE backup_") && !text.contains("CREATE TABLE security_events")
    });
    statements.extend(
        [
            "ALTER TABLE contacts ADD COLUMN profile_picture TEXT",
            "CREATE TABLE notes (a)",
            "CREATE VIEW v AS SELECT 1",
            "CREATE VIRTUAL TABLE words USING fts5(a)",
            "CREATE TRIGGER t AFTER DELETE ON settings BEGIN SELECT 1; END",
            "CREATE TABLE messages_202501 (LIKE messages)",
            "INSERT INTO messages_202501 VALUES (1)",
        ]
        .map(String::from),
    );
    differs(
        &statements,
        &[
            "table backup_contents is missing",
            "table backup_metadata is missing",
            "column contacts.profile_picture is not in version 1.0.0",
            "table security_events is missing",
            "table notes is not in version 1.0.0",
            "table words_config is not in version 1.0.0",
            "table words_content is not in version 1.0.0",
            "table words_data is not in version 1.0.0",
            "table words_docsize is not in version 1.0.0",
            "table words_idx is not in version 1.0.0",
            "trigger t is not in version 1.0.0",
            "view v is not in version 1.0.0",
            "virtual table words is not in version 1.0.0",
            "table messages_202501 has rows and only a column named LIKE",
        ],
    );
}

#[test]
fn many_differences_are_bounded() {
    let mut statements = specification();
    statements.extend((0..150).map(|number| format!("CREATE TABLE extra{number} (a)")));
    let output = Source::made_by(&statements).refuses(&[], 19, "150 differences");
    let listed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(listed.lines().count(), 101);
    assert!(listed.ends_with("… and 50 more\n"), "{listed}");
}

/// White space, case, quotes, the order of columns and what the specification asks for with ADD CONSTRAINT do not
/// matter.
#[test]
fn what_does_not_count_does_not_differ() {
    let mut statements = with(
        "group_id TEXT PRIMARY KEY, name TEXT NOT NULL, description TEXT, group_type TEXT NOT NULL CHECK (group_type IN ('public', 'private', 'secret'))",
        "\"Name\"\n text not null, description TEXT, [GROUP_ID] Text  primary key, group_type TEXT NOT NULL, \
         CONSTRAINT kinds CHECK(\"group_type\"in('public','private' ,/* all */'secret'))",
    )
    .into_iter()
    .map(|text| {
        // A table's constraint comes after its columns.
        if !text.contains("CONSTRAINT kinds") {
            return text;
        }
        let (from, to) = (text.find("CONSTRAINT").unwrap(), text.find("created_by").unwrap());
        let check = text[from..to].trim_end_matches(", ").to_owned();
        let text = text.replace(&text[from..to].to_owned(), "");
        format!("{}, {check})", text.strip_suffix(')').unwrap().trim_end())
    })
    .collect::<Vec<_>>();
    let messages = statements
        .iter_mut()
        .find(|text| text.starts_with("CREATE TABLE messages"))
        .unwrap();
    *messages = messages.replace(
        ", FOREIGN KEY",
        ", CONSTRAINT check_message_size CHECK (length(content) <= 1048576), \
         CHECK (edited_at IS NULL OR edited_at >= timestamp), FOREIGN KEY",
    );
    let source = Source::made_by(&statements);
    source.sql("INSERT INTO groups (group_id, name, group_type) VALUES ('g', 'G', 'public')");
    let told = source.adopt(&[]);
    assert_eq!(told["notes"], serde_json::json!([]));
    privatus_tests::ok(&source.vault(), &["verify"]);
}

/// An empty schema of another program altogether.
#[test]
fn another_programs_database() {
    let source = Source::made_by(&["CREATE TABLE a (b)".into()]);
    let output = source.refuses(&[], 19, "18 differences");
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("table a is not in version 1.0.0")
    );
    // Text in UTF-16 is a difference too.
    let mut statements = vec!["PRAGMA encoding = 'UTF-16le'".to_owned()];
    statements.extend(specification());
    differs(
        &statements,
        &["the encoding is UTF-16le, but UTF-8 in the specification"],
    );
    // A check of the test itself: the memory database reads as the specification does.
    let mut memory = Connection::open_in_memory(&OpenOptions::new(OpenMode::Create)).unwrap();
    memory.execute_batch(&specification().join(";")).unwrap();
}
