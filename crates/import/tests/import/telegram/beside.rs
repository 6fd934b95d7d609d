//! A message's data other than its text: nothing is dropped silently.

use privatus_domain::Direction;
use privatus_import::Report;
use serde_json::{Value, json};

use crate::telegram::vault::{Vault, chat, message};

fn told(report: &Report) -> String {
    let notes: Vec<&str> = report.notes.iter().map(|note| note.text.as_str()).collect();
    notes.join("\n")
}

fn source(vault: &Vault, at: usize) -> Option<Value> {
    let messages = vault.messages();
    messages[at].body.as_ref().unwrap().source().cloned()
}

#[test]
fn a_field_that_stands_twice_at_any_depth_is_kept() {
    let vault = Vault::new();
    let mut poll = message(2, "");
    poll["poll"] = json!({"question": "second", "answers": [{"text": "a"}]});
    let mut bold = message(1, "");
    bold["text"] = json!([{"type": "bold", "text": "B"}]);
    let text = chat(&[bold, poll])
        .to_string()
        .replace("\"text\":\"B\"", "\"text\":\"A\",\"text\":\"B\"")
        .replace("\"question\":", "\"question\":\"first\",\"question\":")
        .replace("\"name\":\"Ann\"", "\"name\":\"Anna\",\"name\":\"Ann\"");
    let report = vault.telegram(&vault.write("twice.json", text));
    let told = told(&report);
    assert!(
        told.contains("kept with their messages: question (again) (1), text (again) (1)"),
        "{told}"
    );
    assert!(
        told.contains("unknown parts of the export were left out: name (again) (1)"),
        "{told}"
    );
    assert_eq!(vault.texts(), ["B", ""]);
    assert_eq!(source(&vault, 0), Some(json!({"text (again)": ["A"]})));
    assert_eq!(source(&vault, 1), Some(json!({"question (again)": ["first"]})));
}

#[test]
fn a_writers_own_name_is_kept_where_the_contact_has_another() {
    let vault = Vault::new();
    let by = |id: u64, from: Value, from_id: Value| {
        let mut message = message(id, "text");
        message["from"] = from;
        message["from_id"] = from_id;
        message
    };
    let report = vault.json(
        &json!({"name": "Mum", "type": "personal_chat", "id": 22, "messages": [
            by(1, json!("Maria"), json!("user22")),
            by(2, json!("Mum"), json!("user22")),
            by(3, json!(12), json!("user22")),
            by(4, json!("Ann"), json!("user11")),
        ]}),
    );
    let told = told(&report);
    assert!(told.contains("kept with their messages: from (2)"), "{told}");
    let sources: Vec<Option<Value>> = (0..4).map(|at| source(&vault, at)).collect();
    assert_eq!(
        sources,
        [
            Some(json!({"from": "Maria"})),
            None,
            Some(json!({"from": 12})),
            None
        ]
    );
}

#[test]
fn the_other_side_without_its_id_is_not_taken_for_the_owner() {
    let vault = Vault::new();
    let by = |id: u64, from_id: Value| {
        let mut message = message(id, "text");
        message["from"] = json!("Maria");
        message["from_id"] = from_id;
        message
    };
    let report = vault.json(
        &json!({"name": "Mum", "type": "personal_chat", "id": 22, "messages": [
            by(1, json!("user22")), by(2, Value::Null), by(3, Value::Null),
        ]}),
    );
    assert!(
        told(&report).contains("it is unknown which messages are yours"),
        "{}",
        told(&report)
    );
    assert!(vault.messages().iter().all(|one| one.direction == Direction::In));
}

#[test]
fn every_file_that_is_named_counts() {
    let vault = Vault::new();
    let mut video = message(1, "");
    video["file"] = json!("video_files/a.mp4");
    video["thumbnail"] = json!("video_files/a.jpg");
    let mut left_out = message(2, "");
    left_out["file"] = json!("(File not included. Change data exporting settings to download.)");
    let mut card = message(3, "");
    card["contact_information"] = json!({"first_name": "Bea"});
    card["contact_vcard"] = json!("contacts/bea.vcf");
    let report = vault.json(&chat(&[video, left_out, card]));
    assert_eq!(report.files_by_reference, 3, "{}", told(&report));
}

#[test]
fn a_poll_over_the_limit_is_named() {
    let vault = Vault::new();
    let mut poll = message(1, "asked");
    poll["poll"] = json!({"question": "x".repeat(300_000)});
    let report = vault.json(&chat(&[poll]));
    assert!(
        told(&report).contains("over 262,144 bytes were left out: poll (1)"),
        "{}",
        told(&report)
    );
    assert_eq!(vault.texts(), ["asked"]);
}

#[test]
fn links_of_a_rich_message_lead_where_they_led_and_lost_words_are_named() {
    let vault = Vault::new();
    let mut linked = message(1, "");
    linked["rich_message"] = json!({"blocks": [
        {"type": "paragraph", "text": ["see ", {"type": "link", "text": "this", "href": "https://a.example/"}]},
        {"type": "link", "text": "that", "url": "https://b.example/"},
    ]});
    let mut large = message(2, "words");
    large["rich_message"] = json!({"blocks": [{"label": "x".repeat(20_000)}]});
    let report = vault.json(&chat(&[linked, large]));
    assert_eq!(vault.texts(), ["see this\nthat", "words"]);
    let messages = vault.messages();
    assert_eq!(
        messages[0].body.as_ref().unwrap().attributes().entities,
        Some(json!([
            "see ",
            {"type": "text_link", "text": "this", "href": "https://a.example/"},
            "\n",
            {"type": "text_link", "text": "that", "href": "https://b.example/"},
        ]))
    );
    let told = told(&report);
    assert!(
        told.contains("were left out: words of rich_message over 16,384 bytes (1)"),
        "{told}"
    );
}
