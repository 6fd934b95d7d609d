//! `groups`, typed: a group's life, each rule broken, what others see, and the way out of a vault and into another.

use std::fs;
use std::path::{Path, PathBuf};

use privatus_tests::{init, json, ok, refused, run, whole_export};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A vault with Alice, Bob, Carol and Dave.
fn vault() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let vault = folder.path().join("vault");
    init(&vault);
    for name in ["Alice", "Bob", "Carol", "Dave"] {
        ok(&vault, &["contacts", "add", name]);
    }
    (folder, vault)
}

/// Names and roles of a group's members.
fn members(vault: &Path, group: &str) -> Vec<(String, String)> {
    let listed = json(vault, &["groups", "members", group]);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut members: Vec<_> = listed["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| (text(&member["display_name"]), text(&member["role"])))
        .collect();
    members.sort();
    members
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = expected
        .iter()
        .map(|(name, role)| ((*name).to_owned(), (*role).to_owned()))
        .collect();
    pairs.sort();
    pairs
}

#[test]
fn a_private_group_of_three() {
    let (_folder, vault) = vault();
    let g = |words: &[&str]| ok(&vault, &[&["groups"], words].concat());
    g(&["create", "Choir", "--type", "private", "--max-members", "3"]);
    g(&["add", "Choir", "Alice"]);
    g(&["add", "Choir", "Bob", "--role", "admin"]);
    refused(
        &vault,
        &["groups", "add", "Choir", "Carol"],
        23,
        &["3 of 3 members", "1 more"],
    );
    g(&["set", "Choir", "--max-members", "4", "--name", "Great choir"]);
    g(&["add", "Great choir", "Carol", "--by", "Bob"]);
    g(&["role", "Great choir", "Alice", "admin"]);
    g(&["transfer", "Great choir", "Alice"]);
    let roles = [
        ("Me", "admin"),
        ("Alice", "owner"),
        ("Bob", "admin"),
        ("Carol", "member"),
    ];
    assert_eq!(members(&vault, "Great choir"), pairs(&roles));
    g(&["remove", "Great choir", "Carol"]);
    g(&["ban", "Great choir", "Bob", "--by", "Alice"]);
    refused(&vault, &["groups", "add", "Great choir", "Bob"], 23, &["banned"]);
    g(&["unban", "Great choir", "Bob"]);
    g(&["add", "Great choir", "Bob"]);
    g(&[
        "permissions",
        "Great choir",
        "Bob",
        "{\"write\":false,\"mood\":1.50}",
    ]);
    let shown = json(&vault, &["groups", "show", "Great choir"]);
    assert_eq!(
        (&shown["max_members"], &shown["member_count"]),
        (&json!(4), &json!(3))
    );
    let bob = shown["members"].as_array().unwrap().iter();
    let bob: Vec<_> = bob.filter(|member| member["display_name"] == "Bob").collect();
    assert_eq!(bob[0]["permissions"], json!({ "write": false, "mood": 1.5 }));
    let text = ok(&vault, &["groups", "show", "Great choir"]);
    assert!(text.contains("private · 3 of 4 members"), "{text}");

    // A message in it, an answer, and none to another chat.
    let said = json(&vault, &["send", "Great choir", "hello"])["id"].clone();
    let said = said.as_str().unwrap();
    ok(&vault, &["send", "Great choir", "again", "--reply-to", said]);
    refused(
        &vault,
        &["send", "Alice", "x", "--reply-to", said],
        23,
        &["another conversation"],
    );

    g(&["leave", "Great choir"]);
    refused(&vault, &["groups", "leave", "Great choir"], 24, &["member"]);
    let asked = run(&vault, &["groups", "delete", "Great choir"]);
    let told = String::from_utf8(asked.stderr).unwrap();
    assert!(
        asked.status.code() == Some(2) && told.contains("--yes is needed"),
        "{told}"
    );
    g(&["delete", "Great choir", "--yes"]);
    assert_eq!(json(&vault, &["groups", "list"]), json!({ "groups": [] }));
    assert!(ok(&vault, &["verify"]).contains("all is well"));
}

#[test]
fn each_rule_that_is_broken_is_named_and_nothing_is_half_done() {
    let (_folder, vault) = vault();
    for words in [
        &["create", "Choir", "--type", "private", "--max-members", "3"][..],
        &["add", "Choir", "Alice", "--role", "admin"],
        &["add", "Choir", "Bob"],
    ] {
        ok(&vault, &[&["groups"], words].concat());
    }
    let before = ok(&vault, &["export", "-"]);
    let long = "x".repeat(10_000);
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(70_000));
    let cases: &[(&[&str], i32, &[&str])] = &[
        (
            &["create", "X", "--type", "open"],
            2,
            &["public, private, secret", "open"],
        ),
        (
            &["create", "X", "--type", "public", "--max-members", "0"],
            23,
            &["between 1 and 100,000", "got 0"],
        ),
        (
            &["create", "X", "--type", "public", "--max-members", "100001"],
            23,
            &["100,000", "100001"],
        ),
        (&["create", "", "--type", "public"], 23, &["name"]),
        (&["create", "   ", "--type", "public"], 23, &["name"]),
        (&["create", &long, "--type", "public"], 23, &["10000", "1,024"]),
        (
            &["create", "X", "--type", "public", "--description", &long],
            23,
            &["10000", "4,096"],
        ),
        (
            &["create", "X", "--type", "public", "--settings", "{"],
            23,
            &["JSON object"],
        ),
        (
            &["create", "X", "--type", "public", "--settings", "[]"],
            23,
            &["JSON object"],
        ),
        (&["set", "Choir"], 2, &["--max-members"]),
        (&["set", "Choir", "--settings", &large], 23, &["65,536"]),
        (
            &["set", "Choir", "--settings", "{\"slow_mode_seconds\":-1}"],
            23,
            &["wrong type"],
        ),
        (&["set", "Choir", "--max-members", "0"], 23, &["got 0"]),
        (
            &["set", "Choir", "--max-members", "-1"],
            23,
            &["between 1 and 100,000, got -1"],
        ),
        (
            &["create", "x", "--type", "public", "--max-members", "-1"],
            23,
            &["between 1 and 100,000, got -1"],
        ),
        (
            &[
                "create",
                "x",
                "--type",
                "public",
                "--max-members",
                "12345678901234567890",
            ],
            23,
            &["between 1 and 100,000, got 12345678901234567890"],
        ),
        (
            &["set", "Choir", "--max-members", "2"],
            23,
            &["limit 2", "the group's 3 members"],
        ),
        (
            &[
                "set",
                "Choir",
                "--max-members",
                "9",
                "--type",
                "secret",
                "--by",
                "Alice",
            ],
            23,
            &["the owner may"],
        ),
        (
            &["set", "Choir", "--name", "Y", "--by", "Bob"],
            23,
            &["a member may not"],
        ),
        (&["add", "Choir", "Carol"], 23, &["3 of 3"]),
        (&["add", "Choir", "Bob"], 23, &["already", "member"]),
        (&["add", "Choir", "Carol", "--role", "owner"], 23, &["one owner"]),
        (
            &["add", "Choir", "Carol", "--role", "king"],
            2,
            &["owner, admin, member"],
        ),
        (&["add", "Choir", "Carol", "--by", "Carol"], 23, &["the group is"]),
        (&["add", "Choir", "Zoe"], 24, &["Zoe"]),
        (&["add", "Band", "Carol"], 24, &["Band", "groups list"]),
        (&["role", "Choir", "Bob", "owner"], 23, &["one owner"]),
        (&["role", "Choir", "Me", "member"], 23, &["owner"]),
        (
            &["role", "Choir", "Bob", "admin", "--by", "Alice"],
            23,
            &["the owner may"],
        ),
        (
            &["role", "Choir", "Carol", "admin"],
            24,
            &["Carol", "groups members"],
        ),
        (
            &["transfer", "Choir", "Bob", "--by", "Alice"],
            23,
            &["the owner may"],
        ),
        (&["transfer", "Choir", "Me"], 23, &["nobody may"]),
        (&["remove", "Choir", "Me", "--by", "Alice"], 23, &["owner"]),
        (
            &["remove", "Choir", "Alice", "--by", "Bob"],
            23,
            &["the owner may"],
        ),
        (
            &["remove", "Choir", "Bob", "--by", "Carol"],
            23,
            &["is not a member of this group"],
        ),
        (
            &["leave", "Choir"],
            23,
            &["owner cannot leave", "hand the group over"],
        ),
        (&["leave", "Choir", "--by", "Carol"], 24, &["member"]),
        (&["ban", "Choir", "Me", "--by", "Alice"], 23, &["owner"]),
        (&["unban", "Choir", "Carol"], 23, &["not banned"]),
        (
            &["permissions", "Choir", "Bob", "{\"write\":1}"],
            23,
            &["wrong type"],
        ),
        (&["permissions", "Choir", "Bob", "write"], 23, &["JSON object"]),
        (
            &["delete", "Choir", "--yes", "--by", "Alice"],
            23,
            &["the owner may"],
        ),
    ];
    for (words, code, says) in cases {
        refused(&vault, &[&["groups"], *words].concat(), *code, says);
    }
    assert_eq!(ok(&vault, &["export", "-"]), before);
    assert!(ok(&vault, &["verify"]).contains("all is well"));
}

#[test]
fn members_of_an_anonymous_group_are_known_by_their_ids() {
    let (_folder, vault) = vault();
    let g = |words: &[&str]| ok(&vault, &[&["groups"], words].concat());
    g(&[
        "create",
        "Help",
        "--type",
        "public",
        "--anonymous",
        "--own-name",
        "Host",
    ]);
    g(&["create", "Hidden", "--type", "secret"]);
    g(&["add", "Help", "Bob", "--by", "Bob"]);
    g(&["add", "Help", "Alice", "--name", "Al"]);
    let text = g(&["members", "Help"]);
    assert!(
        text.contains("Host") && !text.contains("Bob") && !text.contains("Al "),
        "{text}"
    );
    assert!(g(&["members", "Help", "--names"]).contains("Bob"));
    let listed = json(&vault, &["groups", "members", "Help"]);
    let ids: Vec<&str> = listed["members"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|member| member["is_me"] == false)
        .map(|member| {
            assert!(member.get("display_name").is_none() && member.get("contact_id").is_none());
            member["anonymous_id"].as_str().unwrap()
        })
        .collect();
    assert_eq!(ids.len(), 2);
    // An anonymous id, or the beginning of one, names a member.
    g(&["role", "Help", ids[0], "admin"]);
    g(&["remove", "Help", &ids[1][..20]]);
    assert_eq!(json(&vault, &["groups", "show", "Help"])["member_count"], 2);
    // Who is in no group sees the public one.
    let seen = json(&vault, &["groups", "list", "--seen-by", "Dave"]);
    assert_eq!(seen["groups"].as_array().unwrap().len(), 1);
    assert_eq!(seen["groups"][0]["name"], "Help");
    let mine = json(&vault, &["groups", "list", "--seen-by", "me"]);
    assert_eq!(mine["groups"].as_array().unwrap().len(), 2);
}

#[test]
fn names_of_groups_and_members_do_not_steer_a_terminal() {
    let (_folder, vault) = vault();
    let name = "\u{1b}[31mred\u{202e}";
    ok(
        &vault,
        &[
            "groups",
            "create",
            name,
            "--type",
            "private",
            "--description",
            "a\u{9b}2J\r",
        ],
    );
    ok(
        &vault,
        &["groups", "add", name, "Alice", "--name", "\u{1b}]0;x\u{7}"],
    );
    for words in [
        &["groups", "list"][..],
        &["groups", "show", name],
        &["groups", "members", name],
        &["groups", "role", name, "\u{1b}]0;x\u{7}", "admin"],
        &["--json", "groups", "show", name],
        &["groups", "remove", name, "Me"],
        &["groups", "delete", name],
        &["groups", "delete", name, "--yes"],
    ] {
        let output = run(&vault, words);
        for bytes in [output.stdout, output.stderr] {
            let text = String::from_utf8(bytes).unwrap();
            let steering = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
            assert!(!text.contains(steering), "{words:?}: {text:?}");
        }
    }
}

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
    // Whoever is known by an anonymous id is known by the same one there.
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
fn a_group_whose_last_member_goes_stays_owned() {
    let (folder, vault) = vault();
    for words in [
        &[
            "groups",
            "create",
            "Help",
            "--type",
            "public",
            "--max-members",
            "2",
        ][..],
        &["groups", "add", "Help", "Alice"],
        &["groups", "transfer", "Help", "Alice"],
        &["groups", "leave", "Help"],
        &["contacts", "remove", "Alice", "--yes"],
    ] {
        ok(&vault, words);
    }
    assert_eq!(members(&vault, "Help"), pairs(&[("Me", "owner")]));
    let exported = ok(&vault, &["export", "-"]);
    let file = folder.path().join("export.jsonl");
    fs::write(&file, &exported).unwrap();
    let other = folder.path().join("other");
    init(&other);
    ok(
        &other,
        &["import", "privatus", file.to_str().unwrap(), "--trust", "--yes"],
    );
    assert_eq!(ok(&other, &["export", "-"]), exported);
    ok(&vault, &["groups", "add", "Help", "Bob", "--by", "Bob"]);
    assert_eq!(
        members(&vault, "Help"),
        pairs(&[("Me", "owner"), ("Bob", "member")])
    );
    assert!(ok(&vault, &["verify"]).contains("all is well"));
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
    // It has no end, and says so; what stands before it comes over.
    refused_import(&vault, &file);
    assert_eq!(
        self::members(&vault, "Full"),
        pairs(&[("Me", "owner"), ("Alice", "member"), ("Bob", "member")])
    );
    // Room for everybody that it names, and for its owner.
    assert_eq!(json(&vault, &["groups", "show", "Full"])["max_members"], 4);
    assert_eq!(self::members(&vault, "Nobody"), pairs(&[("Me", "owner")]));
    assert!(ok(&vault, &["verify"]).contains("all is well"));
}

fn refused_import(vault: &Path, file: &Path) {
    let output = run(vault, &["import", "privatus", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(25));
}

#[test]
fn a_member_is_named_in_the_group_or_by_its_contact() {
    let (_folder, vault) = vault();
    let g = |words: &[&str]| ok(&vault, &[&["groups"], words].concat());
    g(&["create", "Choir", "--type", "private"]);
    g(&["add", "Choir", "Alice", "--name", "Al"]);
    g(&["role", "Choir", "Alice", "admin"]);
    g(&["role", "Choir", "Al", "member"]);
    g(&["add", "Choir", "Bob", "--name", "Carol"]);
    let carol = json(&vault, &["contacts", "show", "Carol"])["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let ambiguous = &["Carol", "and of another contact", &carol];
    refused(&vault, &["groups", "ban", "Choir", "Carol"], 23, ambiguous);
    g(&["ban", "Choir", &carol]);
    g(&["unban", "Choir", &carol]);
    g(&["add", "Choir", "Dave"]);
    ok(&vault, &["contacts", "rename", "Dave", "David"]);
    g(&["remove", "Choir", "David"]);
    let left = [("Me", "owner"), ("Al", "member"), ("Carol", "member")];
    assert_eq!(members(&vault, "Choir"), pairs(&left));
}

#[test]
fn an_anonymous_group_names_nobody_that_is_banned() {
    let (_folder, vault) = vault();
    let g = |words: &[&str]| ok(&vault, &[&["groups"], words].concat());
    g(&["create", "Help", "--type", "private", "--anonymous"]);
    g(&["add", "Help", "Alice", "--role", "admin"]);
    g(&["ban", "Help", "Bob", "--by", "Alice"]);
    let id = |name: &str| {
        json(&vault, &["contacts", "show", name])["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (alice, bob) = (id("Alice"), id("Bob"));
    for shown in [
        g(&["show", "Help"]),
        json(&vault, &["groups", "show", "Help"]).to_string(),
    ] {
        assert!(shown.contains("ban"), "{shown}");
        for name in ["Alice", "Bob", &alice, &bob] {
            assert!(!shown.contains(name), "{name}: {shown}");
        }
    }
    let named = json(&vault, &["groups", "show", "Help", "--names"]);
    assert_eq!(
        (&named["bans"][0]["contact_id"], &named["bans"][0]["banned_by"]),
        (&json!(bob), &json!(alice))
    );
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
