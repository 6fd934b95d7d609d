//! `groups`, typed: a group's life, each rule broken, what others see, and an export into another vault.

mod imported;
mod named;

use std::fs;
use std::path::{Path, PathBuf};

use privatus_tests::{init, json, ok, refused, run};
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
        &["the group is full: it has 3 of 3 members"],
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
            &["unusable value or a repeated field at character"],
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
        (
            &["set", "Choir", "--name", "Y", "--by", "Carol"],
            23,
            &["Carol is not a member of this group; act as"],
        ),
        (&["add", "Choir", "Carol"], 23, &["3 of 3"]),
        (
            &["add", "Choir", "bo"],
            23,
            &["Bob is already a member of the group (role: member)"],
        ),
        (
            &["add", "Choir", "Carol", "--role", "owner"],
            2,
            &["`privatus groups transfer`"],
        ),
        (
            &["add", "Choir", "Carol", "--role", "king"],
            2,
            &["admin, member"],
        ),
        (&["add", "Choir", "Carol", "--by", "Carol"], 23, &["the group is"]),
        (&["add", "Choir", "Zoe"], 24, &["Zoe"]),
        (&["add", "Band", "Carol"], 24, &["Band", "groups list"]),
        (
            &["role", "Choir", "Bob", "owner"],
            2,
            &["`privatus groups transfer`"],
        ),
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
            &["Carol is not a member of this group"],
        ),
        (
            &["leave", "Choir"],
            23,
            &["owner cannot leave", "`privatus groups transfer` hands it over"],
        ),
        (&["leave", "Choir", "--by", "Carol"], 24, &["member"]),
        (&["ban", "Choir", "Me", "--by", "Alice"], 23, &["owner"]),
        (&["unban", "Choir", "Carol"], 23, &["Carol is not banned"]),
        (
            &["permissions", "Choir", "Bob", "{\"write\":1}"],
            23,
            &["unusable value or a repeated field at character"],
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
