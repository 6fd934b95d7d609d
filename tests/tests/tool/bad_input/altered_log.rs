//! What somebody with the database key does to the audit log: what is blocked is reported, and the owner can repair it.

use std::fs;
use std::path::{Path, PathBuf};

use privatus_domain::{Act, NewAuditEntry, Permission, Resource, ResourceKind};
use privatus_store::{Password, Secret, Store, StoreError, VaultOptions};
use privatus_tests::{Database, PASSWORD, json, ok, run};
use tempfile::TempDir;

use super::vault;

/// One vault, and a copy of it for each fault.
struct Copies {
    folder: TempDir,
    vault: PathBuf,
    made: usize,
}

impl Copies {
    fn new() -> Self {
        let (folder, vault) = vault();
        ok(&vault, &["contacts", "add", "Alice"]);
        ok(&vault, &["send", "Alice", "hello"]);
        Self {
            folder,
            vault,
            made: 0,
        }
    }

    /// A copy in which this was done.
    fn altered(&mut self, sql: &str) -> PathBuf {
        self.made += 1;
        let copy = self.folder.path().join(format!("copy{}", self.made));
        fs::create_dir(&copy).unwrap();
        for entry in fs::read_dir(&self.vault).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
        }
        let done = Database::open(&copy).run(sql);
        assert!(done.is_ok(), "{sql}: {done:?}");
        copy
    }
}

/// The exit code and what is said on standard error.
fn said(vault: &Path, words: &[&str]) -> (Option<i32>, String) {
    let output = run(vault, words);
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// Acts of the log.
fn acts(vault: &Path) -> Vec<String> {
    let listed = json(vault, &["audit", "list"]);
    let entries = listed["entries"].as_array().unwrap().iter();
    entries
        .map(|entry| entry["action"].as_str().unwrap().to_owned())
        .collect()
}

/// An export and a refusal that leave no trace fail, whatever blocks the entry.
#[test]
fn an_entry_that_cannot_be_written_is_told() {
    let mut copies = Copies::new();
    let secret = Secret::Password(Password::new(PASSWORD).unwrap());
    for trigger in [
        // No constraint: an integer that is too large, and a table whose numbers ended, which SQLite calls a full disk.
        "BEFORE INSERT ON audit_log BEGIN SELECT abs(-9223372036854775808); END",
        "BEFORE INSERT ON audit_log BEGIN INSERT INTO ended (id) VALUES (NULL); END",
        "AFTER INSERT ON AUDIT_LOG BEGIN SELECT json('x'); END",
    ] {
        let vault = copies.altered("SELECT 1");
        let store = Store::unlock(&vault, &secret, &VaultOptions::default()).unwrap();
        let entry = NewAuditEntry::done(store.now(), Act::HistoryExport);
        store.audit_note(entry);
        // After the open, which checks the schema.
        let planted = Database::open(&vault).run(&format!(
            "CREATE TABLE ended (id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO ended VALUES (9223372036854775807); \
             CREATE TRIGGER planted {trigger}"
        ));
        planted.unwrap();
        let refused = store
            .session("ann".parse().unwrap())
            .read(|tx| tx.permit(&Resource::every(ResourceKind::Vault), Permission::Admin));
        assert!(
            !matches!(
                refused,
                Err(StoreError::AccessDenied { .. } | StoreError::DiskFull)
            ),
            "{trigger}: {refused:?}"
        );
        let closed = store.close();
        assert!(
            !matches!(closed, Ok(()) | Err(StoreError::DiskFull)),
            "{trigger}: {closed:?}"
        );
    }
    let file = copies.folder.path().join("out.jsonl");
    let export = ["export", file.to_str().unwrap()];
    let refused = ["--as-user", "ann", "show", "Alice"];
    // What is only counted takes no entry along.
    for table in ["usage_statistics", "performance_metrics"] {
        let altered = copies.altered(&format!(
            "DELETE FROM {table}; DELETE FROM sqlite_sequence WHERE name = '{table}'; \
             INSERT INTO sqlite_sequence VALUES ('{table}', 9223372036854775807)"
        ));
        let _ = fs::remove_file(&file);
        ok(&altered, &export);
        assert_eq!(said(&altered, &refused).0, Some(28));
        let acts = acts(&altered);
        for act in ["export", "refuse"] {
            assert!(acts.iter().any(|one| one == act), "{table}: {acts:?}");
        }
    }
}

/// Settles, and verifies that nothing is left.
#[track_caller]
fn settles(vault: &Path, what: &str, named: &str) -> serde_json::Value {
    let output = run(vault, &["--json", "audit", "settle", "--accept-loss", "--yes"]);
    let (told, line) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert_eq!(output.status.code(), Some(0), "{what}: {line}");
    assert!(told.contains(named), "{what}: {told}");
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["settled"], true, "{what}");
    for words in [&["send", "Alice", "more"][..], &["verify"]] {
        let (code, line) = said(vault, words);
        assert_eq!(code, Some(0), "{what}, {words:?}: {line}");
        assert!(!line.contains("interrupted"), "{what}, {words:?}: {line}");
    }
    told
}

/// Whatever value SQLite's counters of numbers have, `verify` names it, and one settling repairs it.
#[test]
fn a_counter_of_numbers_is_put_right_by_one_settling() {
    let mut copies = Copies::new();
    let set = |value: &str| format!("UPDATE sqlite_sequence SET seq = {value} WHERE name = 'audit_log'");
    let row = |table: &str, value: &str| {
        format!(
            "DELETE FROM sqlite_sequence WHERE name = '{table}'; INSERT INTO sqlite_sequence VALUES ('{table}', {value})"
        )
    };
    let newest = "(SELECT max(log_id) FROM audit_log)";
    let mut faults: Vec<(String, &str)> = [
        "9223372036854775807",
        "'zzz'",
        "NULL",
        "x'ff'",
        "1e300",
        "9007199254740993",
        "9007199254740992",
        "9007199254740991",
    ]
    .into_iter()
    .map(|value| (set(value), "audit_log"))
    .collect();
    for number in ["9223372036854775807", "9007199254740999"] {
        faults.push((
            format!("INSERT INTO audit_log (log_id, event_type, action) VALUES ({number}, 'e', 'a')"),
            "audit_log",
        ));
    }
    faults.push((
        format!("UPDATE audit_log SET log_id = 9223372036854775807 WHERE log_id = {newest}"),
        "audit_log",
    ));
    faults.push((
        "INSERT INTO sqlite_sequence VALUES ('audit_log', 500)".into(),
        "audit_log",
    ));
    for table in ["security_events", "performance_metrics", "usage_statistics"] {
        faults.push((row(table, "9223372036854775807"), table));
    }
    for (fault, table) in faults {
        let altered = copies.altered(&fault);
        let output = run(&altered, &["verify"]);
        let told = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(16), "{fault}");
        assert!(told.contains(&format!("counter of {table}")), "{fault}: {told}");
        settles(&altered, &fault, table);
    }
}

/// A key that the log needs and that does not open, was destroyed or is missing is named, and a settling gives it up.
#[test]
fn a_key_of_the_log_that_is_lost_is_named_and_given_up() {
    let mut copies = Copies::new();
    for (of, named) in [
        ("key_type = 'audit'", "audit audit_log"),
        ("scope = 'audit_log.details'", "table audit_log.details"),
    ] {
        for (change, how) in [
            (
                "UPDATE key_store SET encrypted_key = randomblob(72)",
                "does not open",
            ),
            ("UPDATE key_store SET encrypted_key = x'0102'", "does not open"),
            ("UPDATE key_store SET encrypted_key = 'abc'", "does not open"),
            ("UPDATE key_store SET encrypted_key = x''", "was destroyed"),
            ("DELETE FROM key_store", "no row"),
        ] {
            let fault = format!("{change} WHERE {of}");
            let altered = copies.altered(&fault);
            if how != "no row" {
                let (code, line) = said(&altered, &["audit", "verify"]);
                assert_eq!(code, Some(27), "{fault}: {line}");
                assert!(line.contains(named) && line.contains(how), "{fault}: {line}");
            }
            settles(&altered, &fault, named);
        }
    }
    // One that has another place is found by what names it.
    let moved = "UPDATE key_store SET scope = 'x' WHERE key_type = 'audit'";
    settles(&copies.altered(moved), moved, "does not open");
    for (value, how) in [
        ("x'0102'", "does not open"),
        ("'abc'", "does not open"),
        ("x''", "was destroyed"),
    ] {
        let altered = copies.altered(&format!(
            "UPDATE key_store SET encrypted_key = {value} WHERE key_type = 'id'"
        ));
        let (code, line) = said(&altered, &["show", "Alice"]);
        assert_eq!(code, Some(16), "{line}");
        assert!(line.contains("(id ids)") && line.contains(how), "{line}");
    }
}

/// Marks in the vault's own row can be repaired.
#[test]
fn a_mark_that_cannot_be_is_put_right() {
    let mut copies = Copies::new();
    for (mark, value) in [
        ("highest_generation", "9223372036854775807"),
        ("next_key_number", "4294967296"),
        ("next_key_number", "3"),
    ] {
        let fault = format!("UPDATE vault_state SET {mark} = {value}");
        let altered = copies.altered(&fault);
        assert_eq!(said(&altered, &["verify"]).0, Some(16), "{fault}");
        settles(&altered, &fault, value);
    }
    let altered = copies.altered(
        "PRAGMA ignore_check_constraints = ON; UPDATE audit_log SET timestamp = x'00' WHERE log_id = 2",
    );
    let (code, line) = said(&altered, &["audit", "verify"]);
    assert_eq!(code, Some(27), "{line}");
    assert!(
        line.contains("audit_log.timestamp of entry 2 is a value that no list can read"),
        "{line}"
    );
    settles(
        &altered,
        "a time of another kind",
        "audit_log.timestamp of entry 2",
    );
    // A trigger that would prevent the settling is removed first.
    let altered = copies.altered(
        "DELETE FROM audit_log WHERE log_id = 2; \
         CREATE TRIGGER planted BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    let told = settles(&altered, "a trigger and a gap", "missing");
    assert!(
        told["schema_repaired"][0].as_str().unwrap().contains("planted"),
        "{told}"
    );
}

/// A removal that is done and whose messages stay for now says so, in JSON too, without the advice for damage.
#[test]
fn a_sweep_that_fails_is_told_beside_the_removal() {
    let mut copies = Copies::new();
    ok(&copies.vault, &["contacts", "add", "Bob"]);
    let altered = copies.altered(
        "INSERT INTO pending_removals (conversation) SELECT conversation FROM conversations \
         WHERE contact_id = (SELECT contact_id FROM contacts WHERE display_name = 'Bob')",
    );
    let told = json(&altered, &["contacts", "remove", "Alice", "--yes"]);
    let warning = told["warnings"][0].as_str().unwrap();
    assert!(
        warning.contains("not all removed messages are deleted yet"),
        "{told}"
    );
    assert!(!warning.contains("restore a backup"), "{told}");
}
