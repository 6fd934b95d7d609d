//! `show`, typed: whole words within the columns of the terminal, hints that can be copied, and everything in a
//! message.

use std::fs;
use std::path::{Path, PathBuf};

use privatus_tests::{init, ok, privatus, telegram};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A vault with one chat, `Alice`, of these messages.
fn chat(messages: &[Value]) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let (vault, source) = (dir.path().join("vault"), dir.path().join("source.json"));
    init(&vault);
    let mut export: Value = serde_json::from_str(&telegram("Alice", &[])).unwrap();
    let whole = |(at, message): (usize, &Value)| {
        let mut whole = json!({
            "id": at + 1, "type": "message", "date_unixtime": (1_704_164_645 + at).to_string(),
            "from": "Alice", "from_id": "user7",
        });
        whole
            .as_object_mut()
            .unwrap()
            .extend(message.as_object().unwrap().clone());
        whole
    };
    export["messages"] = messages.iter().enumerate().map(whole).collect();
    fs::write(&source, export.to_string()).unwrap();
    ok(&vault, &["import", "telegram", source.to_str().unwrap()]);
    (dir, vault)
}

fn shown(vault: &Path, columns: Option<&str>, words: &[&str]) -> String {
    let mut command = privatus(vault);
    match columns {
        Some(columns) => command.env("COLUMNS", columns),
        None => command.env_remove("COLUMNS"),
    };
    let output = command.arg("show").args(words).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn text_is_wrapped_between_words_and_keeps_its_indent() {
    let sentence = ["word"; 60].join(" ");
    let code = "def f():\n    return 1";
    let (_dir, vault) = chat(&[json!({"text": sentence}), json!({"text": code})]);
    for (columns, widest) in [("40", 40), ("400", 100), ("1", 20)] {
        let shown = shown(&vault, Some(columns), &["Alice"]);
        let text = shown.lines().filter(|line| line.contains("word"));
        for line in text.clone() {
            assert!(line.starts_with("    word") && line.ends_with("word"), "{line:?}");
        }
        assert_eq!(text.flat_map(|line| line.matches("word")).count(), 60);
        let longest = shown.lines().skip(1).map(|line| line.chars().count()).max();
        assert!((widest - 9..=widest).contains(&longest.unwrap()), "{shown}");
    }
    let shown = shown(&vault, None, &["Alice"]);
    assert!(shown.contains(&sentence), "whole lines for a program: {shown}");
    assert!(shown.contains("\n    def f():\n        return 1\n"), "{shown}");
    assert!(
        shown.starts_with("Alice · 2 messages · times are UTC\n"),
        "{shown}"
    );
}

#[test]
fn a_hint_is_a_command_that_can_be_copied() {
    let texts: Vec<Value> = (0..6).map(|n| json!({"text": format!("text {n}")})).collect();
    let (_dir, vault) = chat(&texts);
    for columns in ["100", "60"] {
        let mut words = vec!["Alice".to_owned(), "--limit".into(), "2".into()];
        for newest in ["text 5", "text 3", "text 1"] {
            let typed: Vec<&str> = words.iter().map(String::as_str).collect();
            let page = shown(&vault, Some(columns), &typed);
            assert!(page.contains(newest), "{page}");
            assert!(page.lines().all(|line| line.chars().count() <= 100), "{page}");
            let Some((_, hint)) = page.split_once("… older: privatus show ") else {
                assert_eq!(newest, "text 1");
                continue;
            };
            let (hint, _) = hint.split_once("\n\n").unwrap();
            assert_eq!(hint.contains(" \\\n"), columns == "60", "{hint}");
            words = hint
                .replace(" \\\n", " ")
                .split_whitespace()
                .map(str::to_owned)
                .collect();
        }
    }
}

#[test]
fn all_that_a_message_holds_is_shown() {
    let (_dir, vault) = chat(&[
        json!({"text": "a caption", "photo": "photos/1.jpg", "forwarded_from": "Eve \u{1b}[2J"}),
        json!({"text": "", "location_information": {"latitude": 52.5, "longitude": 13.25}}),
        json!({"text": "", "poll": {"question": "Tea or coffee?", "answers": []}}),
        json!({"text": "", "reply_to_message_id": 3}),
    ]);
    let shown = shown(&vault, None, &["Alice"]);
    let caption = "    [forwarded from Eve ␛[2J]\n    [photo: photos/1.jpg]\n    a caption\n";
    assert!(shown.contains(caption), "{shown}");
    assert!(shown.contains("    [location: 52.5, 13.25]\n"), "{shown}");
    assert!(shown.contains("    [poll: Tea or coffee?]\n"), "{shown}");
    assert!(shown.contains("↳ Alice “[poll: Tea or coffee?]”"), "{shown}");
}
