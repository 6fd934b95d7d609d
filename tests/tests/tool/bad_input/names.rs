//! Things named on the command line that are unknown, ambiguous or impossible.

use privatus_tests::ok;

use super::{json, refuses, vault};

#[test]
fn unknown_things() {
    let (_dir, vault) = vault();
    ok(&vault, &["contacts", "add", "Someone"]);
    for words in [
        &["show", "nobody"][..],
        &["show", ""],
        &["send", "nobody", "hello"],
        &["mark-read", "nobody"],
        &["contacts", "rename", "nobody", "Somebody"],
        &["contacts", "verify", "nobody"],
        &["contacts", "remove", "nobody"],
    ] {
        refuses(&vault, words, 24, "lists them");
    }
    let none = "018f0000-0000-7000-8000-000000000000";
    for words in [
        &["show", "Someone", "--before", none][..],
        &["show", "Someone", "--around", "no such id"],
        &["send", "Someone", "hello", "--reply-to", none],
        &["mark-read", "Someone", "--up-to", none],
        &["settings", "get", "nothing"],
    ] {
        refuses(&vault, words, 24, "not found");
    }
    assert_eq!(json(&vault, &["stats"])["messages"], 0);
}

#[test]
fn ambiguous_things() {
    let (_dir, vault) = vault();
    for _ in 0..2 {
        ok(&vault, &["contacts", "add", "Twin"]);
    }
    let ids: Vec<String> = json(&vault, &["contacts", "list"])["contacts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|contact| contact["id"].as_str().unwrap().to_owned())
        .collect();
    for words in [
        &["show", "Twin"][..],
        &["send", "Twin", "hello"],
        &["contacts", "rename", "Twin", "Other"],
        &["contacts", "remove", "Twin"],
        // Two ids of one second begin alike.
        &["show", &ids[0][..6]],
        &["contacts", "verify", &ids[0][..6]],
    ] {
        refuses(&vault, words, 23, "name one by its id");
    }
    for id in &ids {
        ok(&vault, &["show", id]);
    }
}

#[test]
fn impossible_things() {
    let (_dir, vault) = vault();
    let long = "n".repeat(1_025);
    for (words, says) in [
        (&["contacts", "add", ""][..], "name"),
        (&["contacts", "add", &long], "1,024"),
        (&["contacts", "add", "A", "--public-key", "%%%"], "base64"),
        (&["settings", "set", "", "1"], "setting"),
    ] {
        refuses(&vault, words, 23, says);
    }
    ok(&vault, &["contacts", "add", "Someone"]);
    refuses(
        &vault,
        &["show", "Someone", "--limit", "0"],
        2,
        "--limit must be between 1 and 1,000",
    );
    refuses(
        &vault,
        &["show", "Someone", "--limit", "1001"],
        2,
        "--limit must be between 1 and 1,000",
    );
    refuses(&vault, &["show", "Someone", "--before", ""], 23, "empty");
    refuses(&vault, &["show", "Someone", "--before", &long], 23, "1,024");
    refuses(
        &vault,
        &["import", "telegram", "x", "--timezone", "Mars/Base"],
        2,
        "Mars/Base",
    );
}
