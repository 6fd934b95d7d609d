//! Groups in exports: into another vault, from an older build, and what a group may not have.

use std::fs;
use std::path::Path;

use privatus_tests::{init, json, ok, refused, run, whole_export};
use serde_json::{Value, json};

use super::{members, pairs, vault};

#[test]
fn groups_go_into_another_vault_as_they_are() {
    let (folder, vault) = vault();
    let g = |words: &[&str]| ok(&vault, &[&["groups"], words].concat());
    let settings = "{\"slow_mode_seconds\":30,\"hue\":1.50,\"big\":123456789012345678901234567890}";
    g(&[
        "create",
        "Choir",
        "--type",
        "secret",
        "--max-members",
        "3",
        "--description",
        "We sing",
        "--anonymous",
        "--settings",
        settings,
    ]);
    g(&["create", "Lost", "--type", "public"]);
    for words in [
        &["add", "Choir", "Alice", "--role", "admin"][..],
        &["add", "Choir", "Bob", "--name", "Bo"],
        &["permissions", "Choir", "Bo", "{\"pin\":true,\"n\":0.10}"],
        &["ban", "Choir", "Carol"],
        &["transfer", "Choir", "Alice"],
        &["add", "Lost", "Alice"],
        &["transfer", "Lost", "Alice"],
        &["ban", "Lost", "me", "--by", "Alice"],
        &["create", "Alone", "--type", "private"],
    ] {
        g(words);
    }
    ok(&vault, &["send", "Choir", "hello"]);
    let exported = ok(&vault, &["export", "-"]);
    assert!(exported.contains("\"me\":true") && exported.contains("\"banned_by_me\":true"));
    let file = folder.path().join("export.jsonl");
    fs::write(&file, &exported).unwrap();
    let other = folder.path().join("other");
    init(&other);
    for _ in 0..2 {
        ok(
            &other,
            &["import", "privatus", file.to_str().unwrap(), "--trust", "--yes"],
        );
        let again = ok(&other, &["export", "-"]);
        for (left, right) in exported.lines().zip(again.lines()) {
            assert_eq!(left, right);
        }
        assert_eq!(again.len(), exported.len());
    }
    assert_eq!(members(&other, "Alone"), pairs(&[("Me", "owner")]));
    // A member known by an anonymous id has the same one there.
    let ids = |vault: &Path| json(vault, &["groups", "members", "Choir"])["members"].clone();
    assert_eq!(ids(&vault)[0]["anonymous_id"], ids(&other)[0]["anonymous_id"]);
    assert!(ids(&vault)[0]["anonymous_id"].is_string());
    refused(
        &other,
        &["groups", "add", "Lost", "me", "--by", "Alice"],
        23,
        &["banned"],
    );
    assert!(ok(&other, &["verify"]).contains("all is well"));

    // What the vault has stays: a member that was removed does not come back.
    ok(&other, &["groups", "remove", "Choir", "Bo", "--by", "Alice"]);
    ok(
        &other,
        &["import", "privatus", file.to_str().unwrap(), "--trust", "--yes"],
    );
    assert_eq!(json(&other, &["groups", "show", "Choir"])["member_count"], 2);
}

#[test]
fn what_a_group_of_an_import_may_not_have_stays_out() {
    let (folder, vault) = vault();
    let file = folder.path().join("odd.jsonl");
    let at = "2025-01-01T00:00:00.000Z";
    let records = [
        json!({ "type": "header", "format": "privatus-export", "version": 1 }),
        json!({ "type": "contact", "id": "alice", "display_name": "Al" }),
        json!({ "type": "contact", "id": "bob", "display_name": "Bo" }),
        json!({ "type": "group", "id": "g", "name": "Odd", "kind": "private", "is_anonymous": true, "members": [
            { "contact": "alice", "display_name": "Al", "role": "owner", "anonymous_id": "one", "permissions": "[1]" },
            { "contact": "bob", "display_name": "Bo", "anonymous_id": "one", "permissions": "{\"pin\":true}" },
        ] }),
        json!({ "type": "group", "id": "h", "name": "Banned", "members": [{ "contact": "bob", "display_name": "Bo" }],
            "bans": [{ "contact": "bob", "banned_by": "alice", "banned_at": at }, { "me": true, "banned_at": at }] }),
        json!({ "type": "group", "id": "i", "name": "Thief", "conversation": "alice" }),
        json!({ "type": "message", "id": "m", "conversation": "alice", "direction": "in", "sender_contact": "alice",
            "text": "for Al alone", "at": at, "is_encrypted": true, "is_read": true }),
    ];
    fs::write(&file, whole_export(&records)).unwrap();
    let import = ["import", "privatus", file.to_str().unwrap(), "--trust", "--yes"];
    assert_eq!(run(&vault, &import).status.code(), Some(25), "a part stays out");
    let odd = json(&vault, &["groups", "members", "Odd", "--names"]);
    let ids: Vec<_> = odd["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["anonymous_id"].clone())
        .collect();
    assert_eq!(ids[0], "one");
    assert_ne!(ids[1], "one");
    assert_eq!(odd["members"][0]["permissions"], json!({}));
    assert_eq!(odd["members"][1]["permissions"], json!({ "pin": true }));
    assert_eq!(members(&vault, "Banned"), pairs(&[("Me", "owner")]));
    assert!(ok(&vault, &["show", "Al"]).contains("for Al alone"));
    assert!(!ok(&vault, &["show", "Thief"]).contains("for Al alone"));
    assert!(ok(&vault, &["verify"]).contains("all is well"));
}

#[test]
fn a_group_of_an_older_export_gets_an_owner() {
    let (folder, vault) = vault();
    let file = folder.path().join("old.jsonl");
    let members: Vec<Value> = ["Alice", "Bob", "nobody"]
        .map(|name| json!({ "contact": name.to_lowercase(), "display_name": name }))
        .into();
    let records = [
        json!({ "type": "header", "format": "privatus-export", "version": 1 }),
        json!({ "type": "contact", "id": "alice", "display_name": "Al" }),
        json!({ "type": "contact", "id": "bob", "display_name": "Bo" }),
        json!({ "type": "group", "id": "g", "name": "Full", "kind": "private", "max_members": 2, "members": members }),
        json!({ "type": "group", "id": "h", "name": "Nobody" }),
        json!({ "type": "conversation", "id": "g", "kind": "group", "title": "Full" }),
    ];
    let lines: Vec<String> = records.iter().map(|record| format!("{record}\n")).collect();
    fs::write(&file, lines.concat()).unwrap();
    // It has no end, which is reported; what comes before is imported.
    refused_import(&vault, &file);
    assert_eq!(
        self::members(&vault, "Full"),
        pairs(&[("Me", "owner"), ("Alice", "member"), ("Bob", "member")])
    );
    // The limit has room for everybody that it names, and for its owner.
    assert_eq!(json(&vault, &["groups", "show", "Full"])["max_members"], 4);
    assert_eq!(self::members(&vault, "Nobody"), pairs(&[("Me", "owner")]));
    assert!(ok(&vault, &["verify"]).contains("all is well"));
}

fn refused_import(vault: &Path, file: &Path) {
    let output = run(vault, &["import", "privatus", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(25));
}

#[test]
fn what_a_group_holds_as_json_is_printed_as_it_was_written() {
    let (_folder, vault) = vault();
    let text = r#"{"big":123456789012345678901234567890.10,"huge":1e400,"half":1.50}"#;
    ok(&vault, &["groups", "create", "Choir", "--type", "private"]);
    ok(&vault, &["groups", "set", "Choir", "--settings", text]);
    let shown = ok(&vault, &["--json", "groups", "show", "Choir"]);
    assert!(shown.contains(text), "{shown}");
    let odd = r#"{"slow_mode_seconds":-1}"#;
    let says = &["slow_mode_seconds takes 0 to 4,294,967,295"];
    refused(&vault, &["groups", "set", "Choir", "--settings", odd], 23, says);
}
