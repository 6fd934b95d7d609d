//! Whole stories, typed: a history is imported, read, answered, verified and exported.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use privatus_tests::{PASSWORD, history, init, json, ok, privatus, run, telegram};
use serde_json::Value;

#[test]
fn a_history_in_answered_and_out_again() {
    let dir = tempfile::tempdir().unwrap();
    let vault = dir.path().join("vault");
    init(&vault);
    let source = history();
    let import = ["import", "telegram", source.to_str().unwrap()];
    assert_eq!(json(&vault, &import)["messages_imported"], 1067);
    let again = json(&vault, &import);
    assert_eq!(
        (&again["messages_imported"], &again["messages_known"]),
        (&Value::from(0), &Value::from(1067))
    );
    let chats = json(&vault, &["chats"]);
    let chat = chats["chats"][0]["id"].as_str().unwrap().to_owned();
    let mut seen = std::collections::BTreeSet::new();
    let mut page = json(&vault, &["show", &chat, "--limit", "400"]);
    loop {
        for message in page["messages"].as_array().unwrap() {
            assert!(
                seen.insert(message["id"].as_str().unwrap().to_owned()),
                "shown twice"
            );
        }
        let Some(next) = page["next"].as_str().map(str::to_owned) else {
            break;
        };
        page = json(&vault, &["show", &chat, "--limit", "400", "--before", &next]);
    }
    assert_eq!(seen.len(), 1067);
    let first = seen.first().unwrap();
    ok(&vault, &["send", &chat, "an answer", "--reply-to", first]);
    let newest = json(&vault, &["show", &chat, "--limit", "1"]);
    assert_eq!(newest["messages"][0]["text"], "an answer");
    assert_eq!(newest["messages"][0]["reply_to"], first.as_str());
    ok(&vault, &["mark-read", &chat]);
    assert_eq!(json(&vault, &["stats"])["unread"], 0);

    let key = format!("{}=", "A".repeat(42) + "E");
    ok(&vault, &["contacts", "add", "Alice", "--public-key", &key]);
    ok(&vault, &["contacts", "rename", "Alice", "Alicia"]);
    ok(&vault, &["contacts", "verify", "Alicia"]);
    let contacts = json(&vault, &["contacts", "list"]);
    assert_eq!(contacts["contacts"][0]["display_name"], "Alicia");
    assert_eq!(contacts["contacts"][0]["is_verified"], true);
    ok(&vault, &["contacts", "add", "Bob"]);
    ok(&vault, &["contacts", "remove", "Bob", "--yes"]);
    assert_eq!(
        json(&vault, &["contacts", "list"])["contacts"]
            .as_array()
            .unwrap()
            .len(),
        1
    );

    ok(&vault, &["settings", "set", "theme", "\"dark\""]);
    ok(&vault, &["settings", "set", "gone", "1"]);
    ok(&vault, &["settings", "unset", "gone"]);
    assert_eq!(json(&vault, &["settings", "get", "theme"])["value"], "dark");
    assert_eq!(run(&vault, &["settings", "get", "gone"]).status.code(), Some(24));
    assert_eq!(json(&vault, &["verify"])["ok"], true);

    let (out, second) = (dir.path().join("out.jsonl"), dir.path().join("second"));
    ok(&vault, &["export", out.to_str().unwrap()]);
    init(&second);
    ok(
        &second,
        &["import", "privatus", out.to_str().unwrap(), "--trust", "--yes"],
    );
    assert_eq!(json(&second, &["verify"])["ok"], true);
    let records = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    let (left, right) = (fs::read_to_string(&out).unwrap(), ok(&second, &["export", "-"]));
    assert!(records(&left) == records(&right), "the exports differ");
    assert_eq!(left.lines().count(), right.lines().count());
}

#[test]
fn secrets_open_and_change() {
    let dir = tempfile::tempdir().unwrap();
    let vault = dir.path().join("vault");
    let made: Value = serde_json::from_str(&init(&vault)).unwrap();
    let code = made["recovery_code"].as_str().unwrap().to_lowercase();
    let by_code = || {
        let mut command = privatus(&vault);
        command
            .env_remove("PRIVATUS_PASSWORD")
            .env("PRIVATUS_RECOVERY_CODE", &code);
        command.arg("chats").output().unwrap().status.success()
    };
    assert!(by_code());
    let mut passwd = privatus(&vault);
    passwd.env("PRIVATUS_NEW_PASSWORD", "another one entirely");
    passwd.args(["passwd", "--kdf-iterations", "210000"]);
    assert!(passwd.output().unwrap().status.success());
    assert_eq!(
        run(&vault, &["chats"]).status.code(),
        Some(10),
        "{PASSWORD} is the old one"
    );
    let mut new = privatus(&vault);
    new.env("PRIVATUS_PASSWORD", "another one entirely").arg("chats");
    assert!(new.output().unwrap().status.success());
    assert!(by_code());
}

#[cfg(unix)]
#[test]
fn permissions_whatever_the_umask() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let vault = dir.path().join("vault");
    let mut shell = std::process::Command::new("sh");
    shell.args([
        "-c",
        "umask 000; exec \"$0\" --vault \"$1\" init --code-to-stdout --kdf-iterations 210000",
    ]);
    shell
        .arg(privatus_tests::tool())
        .arg(&vault)
        .env("PRIVATUS_PASSWORD", PASSWORD);
    assert!(shell.output().unwrap().status.success());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&vault), 0o700);
    for entry in fs::read_dir(&vault).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn a_closed_pipe_ends_in_silence() {
    let dir = tempfile::tempdir().unwrap();
    let vault = dir.path().join("vault");
    init(&vault);
    ok(&vault, &["import", "telegram", history().to_str().unwrap()]);
    let mut command = privatus(&vault);
    command
        .args(["export", "-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(line.contains("header"), "{line}");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn escape_sequences_are_shown_harmless_and_kept_exact() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, source) = (dir.path().join("vault"), dir.path().join("source.json"));
    init(&vault);
    let evil = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}evil";
    fs::write(&source, telegram(evil, &[format!("text {evil}")])).unwrap();
    ok(&vault, &["import", "telegram", source.to_str().unwrap()]);
    let id = json(&vault, &["chats"])["chats"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for words in [&["chats"][..], &["show", &id], &["contacts", "list"]] {
        let shown = ok(&vault, words);
        assert!(!shown.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{shown:?}");
    }
    let out = ok(&vault, &["export", "-"]);
    let texts: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(
        texts
            .iter()
            .any(|record| record["text"] == format!("text {evil}"))
    );
}
