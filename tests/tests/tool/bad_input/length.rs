//! Texts at the limit of 1,048,576 bytes and one above, sent and imported.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use privatus_tests::{ok, privatus, run, telegram};
use serde_json::Value;

use super::{json, one_line, vault, word};

const LIMIT: usize = 1_048_576;

/// Runs `send` with the text on standard input.
fn send(vault: &Path, text: &[u8]) -> Output {
    let mut command: Command = privatus(vault);
    command.args(["send", "Someone", "-"]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // The tool reads no further than it must; the rest finds a closed pipe.
    let _ = child.stdin.take().unwrap().write_all(text);
    child.wait_with_output().unwrap()
}

#[test]
fn sent() {
    let (_dir, vault) = vault();
    ok(&vault, &["contacts", "add", "Someone"]);
    let newest = || json(&vault, &["show", "Someone", "--limit", "1"])["messages"][0]["text"].clone();
    for (text, end) in [
        ("x".repeat(LIMIT), "\n"),
        ("é".repeat(LIMIT / 2), "\r\n"),
        ("z".repeat(LIMIT), ""),
        (format!("{}\n", "y".repeat(LIMIT - 1)), "\n"),
    ] {
        let output = send(&vault, format!("{text}{end}").as_bytes());
        assert!(output.status.success(), "{output:?}");
        assert!(newest() == text.as_str(), "another text is there");
    }
    let before = json(&vault, &["stats"])["messages"].clone();
    for text in [
        "x".repeat(LIMIT + 1),
        format!("{}é", "x".repeat(LIMIT - 1)),
        "x".repeat(3 * LIMIT),
    ] {
        let line = one_line(&send(&vault, text.as_bytes()), 23);
        assert!(line.contains("1,048,576"), "{line}");
    }
    let line = one_line(&send(&vault, b"\xff\xfe"), 23);
    assert!(line.contains("not UTF-8"), "{line}");
    // A word of the command line that is too long for the system never reaches the tool; the longest that does is sent.
    ok(&vault, &["send", "Someone", &"z".repeat(100_000)]);
    assert_eq!(newest().as_str().unwrap().len(), 100_000);
    assert_eq!(json(&vault, &["stats"])["messages"], before.as_u64().unwrap() + 1);
    ok(&vault, &["verify"]);
}

#[test]
fn imported() {
    let (dir, vault) = vault();
    let source = dir.path().join("long.json");
    let texts = [
        "x".repeat(LIMIT),
        "y".repeat(LIMIT + 1),
        "é".repeat(LIMIT / 2),
        "é".repeat(LIMIT / 2 + 1),
    ];
    fs::write(&source, telegram("Long", &texts)).unwrap();
    let output = run(&vault, &["--json", "import", "telegram", word(&source)]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["messages_imported"], 2, "{report}");
    assert_eq!(report["messages_skipped"], 2, "{report}");
    assert!(report["reasons"].to_string().contains("1,048,576"), "{report}");
    let export = ok(&vault, &["export", "-"]);
    let kept: Vec<String> = export
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|record| record["type"] == "message")
        .map(|record| record["text"].as_str().unwrap().to_owned())
        .collect();
    assert!(kept == [texts[0].clone(), texts[2].clone()]);
    ok(&vault, &["verify"]);
}
