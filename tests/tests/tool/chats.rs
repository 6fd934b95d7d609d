//! `chats` and `show`, typed: how chats are named and listed, pages, replies, links.

use std::fs;

use privatus_tests::{history, json, new_vault, ok, run, telegram};
use serde_json::Value;

#[test]
fn chats_are_named_by_id_beginning_title_or_peer() {
    let (_dir, vault) = new_vault();
    let id = |name: &str| {
        json(&vault, &["contacts", "add", name])["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (alice, _) = (id("Alice"), id("Bob"));
    ok(&vault, &["import", "telegram", history().to_str().unwrap()]);
    let chats = json(&vault, &["chats"]);
    let group = chats["chats"]
        .as_array()
        .unwrap()
        .iter()
        .find(|chat| chat["kind"] == "group")
        .unwrap();
    let (group_id, title) = (group["id"].as_str().unwrap(), group["title"].as_str().unwrap());
    for name in [&alice, "Alice", &alice[..34]] {
        ok(&vault, &["send", name, "hello"]);
    }
    assert_eq!(
        json(&vault, &["show", "Alice"])["messages"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    for name in [group_id, title, &group_id[..8]] {
        assert_eq!(
            json(&vault, &["show", name, "--limit", "1"])["messages"][0]["conversation"],
            group_id
        );
    }
    ok(&vault, &["contacts", "rename", &alice[..34], "Alicia"]);
    assert_eq!(run(&vault, &["show", "Alice"]).status.code(), Some(24));
    assert_eq!(run(&vault, &["show", ""]).status.code(), Some(24));
}

/// More chats than any page holds: all are listed, unless fewer are asked for.
#[test]
fn all_chats_are_listed() {
    const CHATS: usize = 1_205;
    let (dir, vault) = new_vault();
    let source = dir.path().join("account.json");
    let chat = |number: usize| {
        telegram(&format!("Chat {number}"), &["text".into()]).replace("\"id\":7", &format!("\"id\":{number}"))
    };
    let chats: Vec<String> = (10..10 + CHATS).map(chat).collect();
    let account = format!("{{\"about\":\"\",\"chats\":{{\"list\":[{}]}}}}", chats.join(","));
    fs::write(&source, account).unwrap();
    ok(&vault, &["import", "telegram", source.to_str().unwrap()]);
    let listed = |words: &[&str]| json(&vault, words)["chats"].as_array().unwrap().len();
    assert_eq!(listed(&["chats"]), CHATS);
    assert_eq!(ok(&vault, &["chats"]).lines().count(), CHATS + 1);
    assert_eq!(listed(&["chats", "--limit", "7"]), 7);
    assert_eq!(
        json(&vault, &["contacts", "list"])["contacts"]
            .as_array()
            .unwrap()
            .len(),
        CHATS
    );
    assert_eq!(json(&vault, &["stats"])["conversations"], CHATS);
}

#[test]
fn pages_go_on_with_the_same_option() {
    let (dir, vault) = new_vault();
    let source = dir.path().join("source.json");
    let texts: Vec<String> = (0..7).map(|number| format!("text {number}")).collect();
    fs::write(&source, telegram("Alice", &texts)).unwrap();
    ok(&vault, &["import", "telegram", source.to_str().unwrap()]);
    let first = json(&vault, &["show", "Alice", "--limit", "7"]);
    let oldest = first["messages"][6]["id"].as_str().unwrap().to_owned();
    assert_eq!(first["next"], Value::Null);
    let (mut seen, mut cursor) = (vec![], Some(oldest));
    while let Some(after) = cursor {
        let page = json(&vault, &["show", "Alice", "--limit", "2", "--after", &after]);
        let mut texts: Vec<String> = page["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|message| message["text"].as_str().unwrap().to_owned())
            .collect();
        texts.reverse();
        seen.append(&mut texts);
        cursor = page["next"].as_str().map(str::to_owned);
    }
    assert_eq!(seen, texts[1..]);
}

#[test]
fn a_reply_shows_what_it_answers() {
    let (dir, vault) = new_vault();
    let source = dir.path().join("source.json");
    fs::write(&source, telegram("Alice", &["a question".into()])).unwrap();
    ok(&vault, &["import", "telegram", source.to_str().unwrap()]);
    let id = json(&vault, &["show", "Alice"])["messages"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    ok(&vault, &["send", "Alice", "an answer", "--reply-to", &id]);
    let shown = ok(&vault, &["show", "Alice", "--ids"]);
    assert!(
        shown.contains("↳ Alice “a question”") && shown.contains(&format!("id {id}")),
        "{shown}"
    );
    assert_eq!(
        run(&vault, &["send", "Alice", "x", "--reply-to", "no such id"])
            .status
            .code(),
        Some(24)
    );
}

#[test]
fn wide_names_keep_the_list_within_100_columns() {
    let (dir, vault) = new_vault();
    for (number, name) in [
        "日本語の会話".repeat(9),
        "👍🎉".repeat(20),
        "e\u{301}".repeat(90),
        "x".repeat(900),
    ]
    .iter()
    .enumerate()
    {
        let source = dir.path().join(format!("{number}.json"));
        let export = telegram(name, &["text".into()]).replace("\"id\":7", &format!("\"id\":1{number}"));
        fs::write(&source, export).unwrap();
        ok(&vault, &["import", "telegram", source.to_str().unwrap()]);
    }
    let shown = ok(&vault, &["chats"]);
    assert_eq!(shown.lines().count(), 5, "{shown}");
    let wide = |c: char| {
        if matches!(c, '\u{3000}'..='\u{9fff}' | '\u{1f000}'..='\u{1ffff}') {
            2
        } else {
            1
        }
    };
    for line in shown.lines() {
        // An upper bound of the columns: accents take none.
        let joined = |c: &char| !matches!(c, '\u{300}'..='\u{36f}');
        assert!(
            line.chars().filter(joined).map(wide).sum::<usize>() <= 100,
            "{line}"
        );
    }
    let end = |line: &str| line.find(" 1  ").is_some();
    assert!(shown.lines().skip(1).all(end), "{shown}");
}

/// The address of a link is shown, and files that stay with the source are counted.
#[test]
fn links_show_their_address_and_files_are_told() {
    let (dir, vault) = new_vault();
    let source = dir.path().join("result.json");
    let at = r#""type": "message", "date": "2024-01-01T10:00:00", "date_unixtime": "1704103200""#;
    let link = r#"{"type": "text_link", "text": "here", "href": "https://example.org/a?b=c"}"#;
    fs::write(
        &source,
        format!(
            r#"{{"name": "Zed", "type": "personal_chat", "id": 77, "messages": [
            {{"id": 1, {at}, "from": "Zed", "from_id": "user77", "text": ["see ", {link}],
              "text_entities": [{{"type": "plain", "text": "see "}}, {link}]}},
            {{"id": 2, {at}, "from": "Zed", "from_id": "user77", "photo": "photos/1.jpg", "text": ""}}]}}"#
        ),
    )
    .unwrap();
    let import = ["import", "telegram", source.to_str().unwrap()];
    let told = ok(&vault, &import);
    assert!(told.contains("1 file is stored by reference only"), "{told}");
    assert!(!ok(&vault, &import).contains("by reference"));
    let shown = ok(&vault, &["show", "Zed"]);
    assert!(
        shown.contains("[link “here”: https://example.org/a?b=c]"),
        "{shown}"
    );
    let shown = json(&vault, &["show", "Zed"]);
    assert_eq!(
        shown["messages"][1]["links"],
        serde_json::json!([{"text": "here", "href": "https://example.org/a?b=c"}])
    );
}
