//! `settings` by a person: for the application and its users, known ones, and wrong input.

use std::fs;
use std::path::Path;

use privatus_tests::{init, json as json_of, new_vault, ok, run, whole_export};
use serde_json::{Value, json};

fn value(vault: &Path, words: &[&str]) -> Value {
    serde_json::from_str(&ok(vault, &[&["--json", "settings"], words].concat())).unwrap()
}

/// Refused with this code and one line that says so, and nothing changed.
#[track_caller]
fn refused(vault: &Path, words: &[&str], code: i32, says: &[&str]) {
    let before = ok(vault, &["--json", "settings", "list"]);
    privatus_tests::refused(vault, &[&["settings"], words].concat(), code, says);
    assert_eq!(ok(vault, &["--json", "settings", "list"]), before);
}

#[test]
fn one_user_has_another_value() {
    let (_dir, vault) = new_vault();
    ok(&vault, &["settings", "set", "theme", "dark", "--text"]);
    ok(
        &vault,
        &["settings", "set", "theme", "\"light\"", "--user", "alice"],
    );
    for (user, scope, theme) in [
        (&[][..], "", "dark"),
        (&["--user", "alice"], "alice", "light"),
        (&["--user", "bob"], "", "dark"),
    ] {
        let shown = value(&vault, &[&["get", "theme"], user].concat());
        assert_eq!(
            shown,
            json!({ "scope": scope, "key": "theme", "value": theme, "is_default": false })
        );
    }
    assert_eq!(value(&vault, &["list"])["settings"].as_array().unwrap().len(), 2);
    let own = value(&vault, &["list", "--user", "alice"]);
    assert_eq!(own["settings"][0]["value"], "light");
    ok(&vault, &["settings", "unset", "theme", "--user", "alice"]);
    assert_eq!(
        value(&vault, &["get", "theme", "--user", "alice"])["value"],
        "dark"
    );
    refused(&vault, &["unset", "theme", "--user", "alice"], 24, &["theme"]);
}

#[test]
fn known_settings_have_defaults() {
    let (_dir, vault) = new_vault();
    let shown = value(&vault, &["get", "privacy.read_receipts"]);
    assert_eq!(
        (&shown["value"], &shown["is_default"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(
        ok(&vault, &["settings", "get", "privacy.read_receipts"]),
        "true\n"
    );
    assert_eq!(value(&vault, &["list"])["settings"], json!([]));
    let all = value(&vault, &["list", "--all"]);
    assert!(
        all["settings"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["is_default"] == true)
    );
    ok(&vault, &["settings", "set", "privacy.read_receipts", "false"]);
    let shown = ok(&vault, &["settings", "list", "--all"]);
    assert!(
        shown.contains("metrics.enabled") && shown.contains("default"),
        "{shown}"
    );
    let shown = value(&vault, &["get", "privacy.read_receipts", "--user", "alice"]);
    assert_eq!(
        (&shown["value"], &shown["is_default"]),
        (&json!(false), &json!(false))
    );
    refused(
        &vault,
        &["get", "identity.public_key"],
        24,
        &["identity.public_key"],
    );
}

#[test]
fn each_rule_broken_is_named() {
    let (_dir, vault) = new_vault();
    let long = "n".repeat(10_000);
    let grammar = "a-z, 0-9, _ and -";
    for (words, says) in [
        (&["set", "", "1"][..], &["1 to 256", "got 0"][..]),
        (&["set", &long, "1"], &["1 to 256", "got 10000"]),
        (&["set", "   ", "1"], &[grammar, "' '", "character 1"]),
        (&["set", "font size", "1"], &[grammar, "' '", "character 5"]),
        (&["set", "Theme", "1"], &[grammar, "'T'", "character 1"]),
        (&["set", "a..b", "1"], &[grammar, "'.'", "character 3"]),
        (&["set", "a.", "1"], &[grammar, "ends with a dot"]),
        (&["set", "a/b", "1"], &[grammar, "'/'"]),
        (
            &["set", "theme", "dark"],
            &["not valid JSON", "line 1, column 1", "--text"],
        ),
        (&["set", "theme", "{\"a\":}"], &["not valid JSON", "column 6"]),
        (&["set", "theme", ""], &["not valid JSON"]),
        (&["set", "theme", "1", "--user", ""], &["user's name", "got 0"]),
        (
            &["set", "theme", "1", "--user", "  "],
            &["user's name", "no visible character"],
        ),
        (
            &["set", "metrics.enabled", "1"],
            &["metrics.enabled", "true or false", "a number"],
        ),
        (
            &["set", "metrics.enabled", "true", "--text"],
            &["true or false", "this text"],
        ),
        (
            &["set", "metrics.enabled", "true", "--user", "alice"],
            &["whole application"],
        ),
        (
            &["set", "identity.public_key", "\"%%\""],
            &["public key in base64"],
        ),
    ] {
        refused(&vault, words, 23, says);
    }
    refused(&vault, &["get", "nothing"], 24, &["nothing"]);
    // A negative number is not taken for an option.
    ok(&vault, &["settings", "set", "offset", "-5"]);
    assert_eq!(value(&vault, &["get", "offset"])["value"], -5);
}

#[test]
fn older_names_come_with_an_import_and_can_be_removed() {
    let (dir, vault) = new_vault();
    let file = dir.path().join("hand.jsonl");
    let lines = [
        json!({ "type": "header", "format": "privatus-export", "version": 1 }),
        json!({ "type": "setting", "scope": "", "key": "Font size", "value": 12, "updated_at": "2025-01-01T00:00:00.000Z" }),
        json!({ "type": "setting", "scope": "", "key": "metrics.enabled", "value": false, "updated_at": "2025-01-01T00:00:00.000Z" }),
    ];
    fs::write(&file, whole_export(&lines)).unwrap();
    let import = ["import", "privatus", file.to_str().unwrap()];
    ok(&vault, &import);
    refused(&vault, &["get", "Font size"], 24, &["Font size"]);
    ok(&vault, &[&import[..], &["--trust", "--yes"]].concat());
    assert_eq!(value(&vault, &["get", "Font size"])["value"], 12);
    assert_eq!(value(&vault, &["get", "metrics.enabled"])["value"], false);
    let (out, other) = (dir.path().join("out.jsonl"), dir.path().join("other"));
    ok(&vault, &["export", out.to_str().unwrap()]);
    init(&other);
    ok(
        &other,
        &["import", "privatus", out.to_str().unwrap(), "--trust", "--yes"],
    );
    let again = dir.path().join("again.jsonl");
    ok(&other, &["export", again.to_str().unwrap()]);
    assert_eq!(fs::read(&again).unwrap(), fs::read(&out).unwrap());
    refused(&vault, &["set", "Font size", "13"], 23, &["'F'"]);
    ok(&vault, &["settings", "unset", "Font size"]);
    refused(&vault, &["get", "Font size"], 24, &["Font size"]);
}

/// Safety numbers are computed from the vault's own key: no import replaces it, and a replacement is reported.
#[test]
fn the_own_key_is_replaced_by_hand_alone() {
    let (folder, vault) = new_vault();
    let key = |byte: u8| {
        let key = privatus_domain::PublicKey::new(vec![byte; 32]).unwrap();
        format!("\"{}\"", key.to_base64())
    };
    let set = |byte: u8| ok(&vault, &["settings", "set", "identity.public_key", &key(byte)]);
    let events = || {
        let list = json_of(&vault, &["security", "list", "--type", "public_key_replaced"]);
        list["events"].as_array().unwrap().len()
    };
    set(1);
    assert_eq!(events(), 0, "a first key replaces none");
    set(1);
    let export = folder.path().join("export.jsonl");
    let lines = [
        r#"{"type":"header","format":"privatus-export","version":1}"#.to_owned(),
        format!(
            r#"{{"type":"setting","scope":"","key":"identity.public_key","value":{},"updated_at":"9999-01-01T00:00:00.000Z"}}"#,
            key(2)
        ),
    ];
    fs::write(&export, whole_export(&lines)).unwrap();
    let import = run(&vault, &["import", "privatus", export.to_str().unwrap()]);
    let said = String::from_utf8(import.stdout).unwrap() + &String::from_utf8(import.stderr).unwrap();
    assert!(
        said.contains("another public key for the vault's own user"),
        "{said}"
    );
    let now = ok(&vault, &["settings", "get", "identity.public_key"]);
    assert!(now.contains(key(1).trim_matches('"')), "{now}");
    assert_eq!(events(), 0);
    set(3);
    // A value that does not open is repaired by writing a new one.
    privatus_tests::Database::open(&vault)
        .run("UPDATE settings SET value = zeroblob(90) WHERE key = 'identity.public_key'")
        .unwrap();
    set(4);
    ok(&vault, &["settings", "unset", "identity.public_key"]);
    assert_eq!(events(), 3);
    let log = json_of(&vault, &["audit", "list", "--event", "key"]);
    let acts = log["entries"].as_array().unwrap().iter();
    assert_eq!(
        acts.filter(|entry| entry["action"] == "identity").count(),
        4,
        "{log}"
    );
}
