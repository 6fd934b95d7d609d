//! Histories with one thing that is unusual: their order, their fields, the forms of their letters.

use privatus_import::{Report, telegram};
use serde_json::{Value, json};

use crate::telegram::cases::case;
use crate::telegram::vault::{Vault, chat, message};

#[test]
fn newest_first_is_put_right_across_transactions() {
    let vault = Vault::new();
    // Pairs of messages in one second: one pair spans the end of a transaction of 5,000.
    let messages: Vec<Value> = (0..5_003)
        .rev()
        .map(|id| {
            let mut message = message(id, &format!("{id}"));
            message["date_unixtime"] = json!((1_700_000_000 + id.div_ceil(2)).to_string());
            message
        })
        .collect();
    assert_eq!(vault.json(&chat(&messages)).messages_imported, 5_003);
    let wanted: Vec<String> = (0..5_003).map(|id| id.to_string()).collect();
    assert!(vault.texts() == wanted);
}

#[test]
fn fields_that_are_not_known_are_kept_or_named() {
    let vault = Vault::new();
    let mut large = message(1, "large");
    large["novelty"] = json!("x".repeat(20_000));
    large["mark"] = json!({"words": "small"});
    large["nothing"] = json!([]);
    let mut disagrees = message(2, "one");
    disagrees["text_entities"] = json!([{"type": "plain", "text": "another"}]);
    let mut export = chat(&[large, disagrees]);
    export["draft"] = json!("unsent");
    export["stories"] = json!([{"text": "t"}]);
    let path = vault.write(
        "new.json",
        export.to_string().replace(
            "\"text\":\"one\"",
            "\"text\":\"two\",\"text\":\"one\",\"text\":\"\"",
        ),
    );
    let report = vault.telegram(&path);
    let notes: Vec<&str> = report.notes.iter().map(|note| note.text.as_str()).collect();
    for wanted in [
        "too large to keep were left out: novelty (1)",
        "kept with their messages: mark (1), text (again) (1), text_entities (1)",
        "unknown parts of the export were left out: draft (1), stories (1)",
    ] {
        assert!(
            notes.iter().any(|note| note.contains(wanted)),
            "{wanted}: {notes:?}"
        );
    }
    let messages = vault.messages();
    let source = |at: usize| messages[at].body.as_ref().unwrap().source().cloned().unwrap();
    assert_eq!(source(0), json!({"mark": {"words": "small"}}));
    assert_eq!(
        source(1),
        json!({"text (again)": ["two"], "text_entities": [{"type": "plain", "text": "another"}]})
    );
    assert_eq!(vault.texts(), ["large", "one"]);
    // Our own export brings it back, and removing the chat removes it.
    let export = vault.export();
    let other = Vault::new();
    other.own(&other.write("own.jsonl", &export)).1.unwrap();
    assert!(other.export() == export && export.contains("small"));
    let contact: privatus_domain::ContactId = messages[0].conversation.to_string().parse().unwrap();
    vault
        .store
        .write("remove", |tx| tx.contact_remove(&contact))
        .unwrap();
    vault.store.removals_sweep().unwrap();
    assert!(!vault.export().contains("small"));
}

#[test]
fn a_chat_is_found_in_either_form_of_its_letters() {
    let vault = Vault::new();
    let zone = privatus_import::legacy::Zone::named("UTC").unwrap();
    let options = telegram::Options {
        me: None,
        zone: &zone,
        chat: Some("Caf\u{e9} Club"),
    };
    let mut report = Report::new("telegram");
    telegram::import(&vault.store, &case("nfd1"), &options, &mut report, &mut |_| true).unwrap();
    assert_eq!(report.messages_imported, 1);
}

#[test]
fn a_group_that_an_older_build_merged_is_taken_apart_without_doubles() {
    let vault = Vault::new();
    let export: Value = serde_json::from_slice(&std::fs::read(case("noid_groups")).unwrap()).unwrap();
    let mut merged = export["chats"]["list"][0].clone();
    // An older build merged both: the numbers of the first, and what the second had beyond.
    let third = export["chats"]["list"][1]["messages"][2].clone();
    merged["messages"].as_array_mut().unwrap().push(third);
    assert_eq!(vault.json(&merged).messages_imported, 3);
    let report = vault.json(&export);
    assert_eq!((report.messages_imported, report.messages_known), (2, 3));
    assert_eq!(vault.json(&export).messages_imported, 0);
}

#[test]
fn an_owner_without_ids_of_writers_is_known_by_name() {
    let vault = Vault::new();
    let by = |from: &str, at: &str| json!({"id": at.len(), "type": "message", "date": at, "from": from, "text": from});
    let chat = json!({"name": "", "type": "personal_chat", "messages": [
        by("Bea", "2018-09-01T10:00:00"), by("Ann Lee", "2018-09-01T10:01"),
    ]});
    let owner = json!({"user_id": 11, "first_name": "Ann", "last_name": "Lee"});
    let export = json!({"personal_information": owner, "chats": {"list": [chat]}}).to_string();
    let export = export.replace("\"name\":\"\"", "\"name\":\"Bea\",\"name\":null");
    vault.telegram(&vault.write("old.json", export));
    let out: Vec<bool> = vault
        .messages()
        .iter()
        .map(|one| one.direction == privatus_domain::Direction::Out)
        .collect();
    assert_eq!(out, [false, true]);
    assert_eq!(
        vault.store.read(|tx| tx.conversations(9)).unwrap()[0].title,
        "Bea"
    );
}
