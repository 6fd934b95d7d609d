//! How groups and their members are named, and what an anonymous group reveals.

use privatus_tests::{json, ok, refused, run};
use serde_json::json;

use super::{members, pairs, vault};

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
    // A user in no group sees the public one.
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
    refused(
        &vault,
        &["groups", "ban", "Help", "Bob", "--by", "Alice"],
        23,
        &["refused: the contact is already banned from the group"],
    );
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
