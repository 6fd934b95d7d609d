//! Names and texts that would control a terminal: shown harmless there, kept exact in an export.

use std::fs;

use privatus_tests::{ok, run, telegram};
use serde_json::Value;

use super::{json, vault, word};

/// Escape sequences, a bell, a NUL, control characters of both kinds, marks that reorder text.
const EVIL: &str = "\u{1b}]0;owned\u{7}\u{1b}[2J\0\u{8}\r\u{9b}31m\u{202e}evil\u{2066}\u{200f}\u{7f}";

/// Nothing that a terminal would obey, except line ends.
#[track_caller]
fn harmless(shown: &str) {
    let obeyed = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!shown.contains(obeyed), "{shown:?}");
}

#[test]
fn shown_harmless_and_kept_exact() {
    let (dir, vault) = vault();
    let source = dir.path().join("source.json");
    let text = format!("first {EVIL}\nsecond");
    fs::write(&source, telegram(EVIL, &[text.clone(), EVIL.into()])).unwrap();
    harmless(&ok(&vault, &["import", "telegram", word(&source)]));
    ok(&vault, &["contacts", "add", "Plain \u{1b}[31mname"]);
    ok(
        &vault,
        &[
            "settings",
            "set",
            "theme",
            EVIL.trim_matches('\0').replace('\0', "").as_str(),
            "--text",
        ],
    );
    let chats = json(&vault, &["chats"]);
    let id = chats["chats"][0]["id"].as_str().unwrap();
    assert_eq!(chats["chats"][0]["title"], EVIL);
    for words in [
        &["chats"][..],
        &["show", id],
        &["contacts", "list"],
        &["settings", "list"],
        &["settings", "get", "theme"],
        &["stats"],
        &["verify"],
    ] {
        harmless(&ok(&vault, words));
    }
    // Renamed: the answer shows both names.
    harmless(&ok(
        &vault,
        &["contacts", "rename", "Plain \u{1b}[31mname", "\u{1b}[32mother"],
    ));
    harmless(&ok(&vault, &["contacts", "remove", "\u{1b}[32mother", "--yes"]));

    // Exact and harmless: as escapes, and with the settings' too.
    let exported = ok(&vault, &["export", "-"]);
    harmless(&exported);
    assert!(exported.contains(r"\u009b31m\u202eevil"), "{exported}");
    let records: Vec<Value> = exported
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let texts: Vec<&str> = records
        .iter()
        .filter(|record| record["type"] == "message")
        .map(|record| record["text"].as_str().unwrap())
        .collect();
    assert_eq!(texts, [text.as_str(), EVIL]);
    assert!(records.iter().any(|record| record["display_name"] == EVIL));
}

#[test]
fn errors_are_harmless_too() {
    let (dir, vault) = vault();
    let typed = EVIL.replace('\0', "");
    let missing = dir.path().join(&typed);
    for words in [
        &["show", &typed][..],
        &["contacts", "verify", &typed],
        &["settings", "get", "a\u{202e}b"],
        &["settings", "set", &typed, "1"],
        &["import", "telegram", word(&missing)],
        &["import", "telegram", "x", "--timezone", &typed],
        &["export", word(&missing.join("below"))],
    ] {
        let output = run(&vault, words);
        assert!(!output.status.success(), "{words:?}");
        let errors = String::from_utf8(output.stderr).unwrap();
        harmless(&errors);
        assert_eq!(errors.lines().count(), 1, "{errors}");
    }
    harmless(&String::from_utf8(run(&missing, &["chats"]).stderr).unwrap());
}

/// A refused command line names what was typed.
#[test]
fn usage_errors_are_harmless_too() {
    let (_dir, vault) = vault();
    let typed = EVIL.replace('\0', "");
    let option = format!("--{typed}");
    for words in [
        &[typed.as_str()][..],
        &[&option],
        &["contacts", &typed],
        &["contacts", "list", &option],
        &["contacts", "show", "a", &typed],
        &["import", &typed, "x"],
        &["show", "a", "--limit", &typed],
        &["--json", "contacts", &typed],
    ] {
        let output = run(&vault, words);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        let errors = String::from_utf8(output.stderr).unwrap();
        harmless(&errors);
        assert!(errors.contains("evil") && output.stdout.is_empty(), "{errors}");
        let is_json = words.contains(&"--json");
        assert_eq!(errors.lines().count() == 1, is_json, "{errors}");
    }
}

/// A JSON escape of half a character: Telegram's export may contain one. It is shown as U+FFFD, and the report says so.
#[test]
fn unpaired_surrogates() {
    let (dir, vault) = vault();
    let source = dir.path().join("source.json");
    let whole = telegram("NAME", &["TEXT one".into(), "TEXT two".into()]);
    let halves = whole
        .replace("NAME", r"n\ud83d")
        .replace("TEXT", r"\ude00\ud83d\ude00\ud83d");
    fs::write(&source, &halves).unwrap();
    let report = json(&vault, &["import", "telegram", word(&source)]);
    assert_eq!(report["messages_imported"], 2, "{report}");
    assert!(
        report["notes"].to_string().contains("halves of characters"),
        "{report}"
    );
    let page = json(&vault, &["show", "n\u{fffd}"]);
    assert_eq!(page["messages"][0]["text"], "\u{fffd}😀\u{fffd} two");
    ok(&vault, &["verify"]);
    // Our own exports have none, so the file was changed.
    let exported = ok(&vault, &["export", "-"]).replace(" two", r"\ud83d");
    fs::write(&source, exported).unwrap();
    let output = run(&vault, &["import", "privatus", word(&source)]);
    super::one_line(&output, 25);
}
