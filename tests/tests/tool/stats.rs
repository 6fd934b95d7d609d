//! `stats`: use by day and times of transactions, from one command to the next.

use std::path::Path;

use privatus_tests::{history, init, ok, run};
use serde_json::{Value, json};

fn stats(vault: &Path, words: &[&str]) -> Value {
    serde_json::from_str(&ok(vault, &[&["--json", "stats"], words].concat())).unwrap()
}

/// Counts of a transaction's name.
fn count(stats: &Value, name: &str) -> u64 {
    let all = stats["transactions"].as_array().unwrap();
    let found = all.iter().find(|one| one["name"] == name);
    found.map_or(0, |one| one["count"].as_u64().unwrap())
}

/// What was done, over all days: a test may run over midnight.
fn used(stats: &Value, name: &str) -> u64 {
    let days = stats["usage"].as_array().unwrap();
    days.iter().map(|day| day[name].as_u64().unwrap()).sum()
}

#[test]
fn use_and_times_add_up_over_commands_and_a_setting_ends_them() {
    let folder = tempfile::tempdir().unwrap();
    let vault = folder.path().join("vault");
    init(&vault);
    ok(&vault, &["contacts", "add", "Alice"]);
    for text in ["one", "two!"] {
        ok(&vault, &["send", "Alice", text]);
    }
    ok(&vault, &["show", "Alice"]);
    ok(&vault, &["import", "telegram", history().to_str().unwrap()]);
    let now = stats(&vault, &[]);
    let figures =
        ["messages_in", "messages_out", "message_bytes", "chats_opened"].map(|name| used(&now, name));
    assert_eq!(figures, [0, 2, 7, 1], "an import is a history: {now}");
    assert_eq!(count(&now, "send"), 2, "{now}");
    for one in now["transactions"].as_array().unwrap() {
        let [p50, p95, max] = ["p50_us", "p95_us", "max_us"].map(|name| one[name].as_u64().unwrap());
        assert!(0 < p50 && p50 <= p95 && p95 <= max, "{one}");
    }
    let table = ok(&vault, &["stats", "--days", "30"]);
    for part in [
        "the last 30 days (UTC)  ·",
        "█",
        "chats opened",
        "median, ms",
        "send",
    ] {
        assert!(table.contains(part), "{part}: {table}");
    }
    // It contains no names and no texts.
    let written = now["transactions"].to_string() + &now["usage"].to_string();
    assert!(
        !written.contains("Alice") && !written.contains("two!"),
        "{written}"
    );

    ok(&vault, &["settings", "set", "metrics.enabled", "false"]);
    ok(&vault, &["send", "Alice", "three"]);
    let off = stats(&vault, &[]);
    assert_eq!((used(&off, "messages_out"), count(&off, "send")), (2, 2));

    // Usage is exported and imported; times stay on their device.
    let export = folder.path().join("export.jsonl");
    let export = export.to_str().unwrap();
    ok(&vault, &["export", export]);
    let second = folder.path().join("second");
    init(&second);
    ok(&second, &["import", "privatus", export, "--trust", "--yes"]);
    let there = stats(&second, &[]);
    assert_eq!(there["usage"], off["usage"]);
    assert_eq!(count(&there, "send"), 0);
    let again = folder.path().join("again.jsonl");
    ok(&second, &["export", again.to_str().unwrap()]);
    assert_eq!(std::fs::read(export).unwrap(), std::fs::read(again).unwrap());
}

#[test]
fn an_empty_vault_has_no_use_and_wrong_days_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let vault = folder.path().join("vault");
    init(&vault);
    let empty = stats(&vault, &["--days", "365"]);
    assert_eq!((&empty["usage"], &empty["messages"]), (&json!([]), &json!(0)));
    for days in ["0", "366", "-1", "x"] {
        assert_eq!(
            run(&vault, &["stats", "--days", days]).status.code(),
            Some(2),
            "{days}"
        );
    }
}
