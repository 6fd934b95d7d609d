//! Messages by the beginnings of their ids, and pages that begin at a date.

use super::*;

/// The messages of a page, by their texts, the oldest first.
fn texts(vault: &Path, words: &[&str]) -> Vec<String> {
    let page = json(vault, &[&["show", "Alice"], words].concat());
    let mut texts: Vec<String> = page["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["text"].as_str().unwrap().to_owned())
        .collect();
    texts.reverse();
    texts
}

#[test]
fn a_message_is_named_by_the_beginning_of_its_id() {
    let (folder, vault) = new_vault();
    let source = folder.path().join("source.json");
    let all: Vec<String> = (0..40).map(|at| format!("text {at}")).collect();
    std::fs::write(&source, telegram("Alice", &all)).unwrap();
    ok(&vault, &["import", "telegram", source.to_str().unwrap()]);
    let page = json(&vault, &["show", "ali"]);
    let messages = page["messages"].as_array().unwrap();
    let id = |at: usize| messages[at]["id"].as_str().unwrap();
    let begun = &id(20)[..8];
    assert_eq!(texts(&vault, &["--around", begun, "--limit", "1"]), ["text 19"]);
    assert_eq!(texts(&vault, &["--before", begun, "--limit", "1"]), ["text 18"]);
    assert_eq!(texts(&vault, &["--after", begun, "--limit", "1"]), ["text 20"]);
    assert_eq!(
        texts(&vault, &["--around", &id(20)[..20], "--limit", "1"]),
        ["text 19"]
    );
    let sent = json(&vault, &["send", "alice", "an answer", "--reply-to", begun]);
    let newest = &json(&vault, &["show", "alice", "--limit", "1"])["messages"][0];
    assert_eq!(
        (&newest["id"], &newest["reply_to"]),
        (&sent["id"], &json!(id(20)))
    );
    ok(&vault, &["mark-read", "alice", "--up-to", begun]);

    // Ids of one second begin alike.
    let second = json(&vault, &["send", "alice", "another"]);
    let second = second["id"].as_str().unwrap();
    refused(
        &vault,
        &["show", "alice", "--around", &second[..8]],
        23,
        &["matches 2 messages; name one by its id", second],
    );
    assert_eq!(texts(&vault, &["--around", second, "--limit", "1"]), ["another"]);
    // Messages of another chat do not match, and three characters are too few.
    ok(&vault, &["contacts", "add", "Bob"]);
    for words in [
        &["show", "Bob", "--around", begun][..],
        &["show", "Alice", "--around", &begun[..3]],
        &["show", "Alice", "--around", "zzzz"],
        &["mark-read", "Bob", "--up-to", begun],
        &["send", "Bob", "x", "--reply-to", begun],
    ] {
        refused(&vault, words, 24, &["message", "four characters"]);
    }
}

#[test]
fn a_page_begins_at_a_date() {
    let (folder, vault) = new_vault();
    let source = folder.path().join("source.json");
    let mut export: Value = serde_json::from_str(&telegram("Alice", &[])).unwrap();
    let times = [
        "1714435200", // 2024-04-30 00:00
        "1714521599", // 2024-04-30 23:59:59
        "1714521600", // 2024-05-01 00:00
        "1714566600", // 2024-05-01 12:30
        "1717200000", // 2024-06-01 00:00
    ];
    let message = |(at, time): (usize, &&str)| {
        json!({
            "id": at + 1, "type": "message", "date_unixtime": time, "from": "Alice", "from_id": "user7",
            "text": format!("t{at}"),
        })
    };
    export["messages"] = times.iter().enumerate().map(message).collect();
    std::fs::write(&source, export.to_string()).unwrap();
    ok(&vault, &["import", "telegram", source.to_str().unwrap()]);
    for (words, shown) in [
        (&["--before", "2024-05-01"][..], &["t0", "t1"][..]),
        (&["--after", "2024-05-01"], &["t2", "t3", "t4"]),
        (&["--before", "2024-05-01 12:30"], &["t0", "t1", "t2"]),
        (&["--after", "2024-05-01T12:30:00Z"], &["t3", "t4"]),
        (&["--after", "2024-05-01T14:30:00+02:00"], &["t3", "t4"]),
        (&["--after", "2024-05-01", "--limit", "1"], &["t2"]),
        (&["--before", "2024-05-01", "--limit", "1"], &["t1"]),
        (&["--around", "2024-05-01", "--limit", "2"], &["t1", "t2"]),
        (&["--around", "2024-05-01", "--limit", "3"], &["t1", "t2", "t3"]),
        (&["--around", "2024-05-15", "--limit", "2"], &["t3", "t4"]),
        (&["--around", "2030-01-01", "--limit", "2"], &["t3", "t4"]),
        (&["--after", "2024-06-02"], &[]),
        (&["--before", "1990-01-01"], &[]),
    ] {
        assert_eq!(texts(&vault, words), shown, "{words:?}");
    }
    // The hints continue in both directions.
    let shown = ok(
        &vault,
        &["show", "Alice", "--around", "2024-05-01", "--limit", "2"],
    );
    assert!(shown.contains("… older: privatus show Alice"), "{shown}");
    assert!(shown.contains("… newer: privatus show Alice"), "{shown}");
    for wrong in ["2024-13-01", "2024-05-01 25:00", "2024-05"] {
        refused(
            &vault,
            &["show", "Alice", "--before", wrong],
            23,
            &["is not a valid date", wrong],
        );
    }
}
