//! Values that no program normally writes: nothing is lost silently, and nothing panics.

use privatus_import::ImportError;
use serde_json::{Value, json};

use crate::telegram::vault::{Vault, chat, message};

fn with(id: u64, field: &str, value: Value) -> Value {
    let mut message = message(id, "text");
    message[field] = value;
    message
}

#[test]
fn a_wrong_type_in_any_field_costs_at_most_that_message() {
    let fields = [
        "id",
        "type",
        "date_unixtime",
        "from",
        "from_id",
        "text",
        "reply_to_message_id",
        "edited_unixtime",
        "edited",
        "date",
        "photo",
        "file",
        "forwarded_from",
        "reply_to_peer_id",
        "media_type",
        "poll",
    ];
    let values = [
        json!(null),
        json!(true),
        json!(-1.5),
        json!(7),
        json!("x"),
        json!([1, {"a": null}]),
        json!({"a": []}),
    ];
    let (mut messages, mut id) = (Vec::new(), 0);
    for field in fields {
        for value in &values {
            id += 1;
            messages.push(with(id, field, value.clone()));
        }
    }
    messages.extend([json!(null), json!(3), json!("text"), json!([]), json!({})]);
    let vault = Vault::new();
    let report = vault.json(&chat(&messages));
    let all = messages.len() as u64;
    assert_eq!(report.messages_imported + report.messages_skipped, all);
    assert!(
        report.partial && report.messages_skipped > 15 && report.messages_imported > 80,
        "{report:?}"
    );
    let again = vault.json(&chat(&messages));
    assert_eq!(
        (again.messages_imported, again.messages_known),
        (0, report.messages_imported)
    );
}

#[test]
fn odd_values_in_place_of_lists_and_objects() {
    for odd in [
        "null",
        "1",
        "-1",
        "1.5",
        "true",
        "\"x\"",
        "{\"a\":[1]}",
        "[[1],{}]",
    ] {
        for export in [
            format!("{{\"name\":\"A\",\"messages\":{odd}}}"),
            format!("{{\"chats\":{odd}}}"),
            format!("{{\"chats\":{{\"list\":{odd}}}}}"),
            format!("{{\"chats\":{{\"list\":[{odd}]}}}}"),
            format!("{{\"chats\":{{\"list\":[{{\"name\":{odd},\"id\":{odd},\"messages\":[{odd}]}}]}}}}"),
            format!("{{\"personal_information\":{odd},\"messages\":[]}}"),
        ] {
            let vault = shared();
            let path = vault.write("odd.json", &export);
            let (report, result) = vault.telegram_as(&path, None);
            assert!(result.is_ok(), "{export}: {result:?}");
            assert_eq!(report.messages_imported, 0, "{export}");
        }
    }
}

/// Creating a vault costs more than these imports.
fn shared() -> &'static Vault {
    static VAULT: std::sync::OnceLock<Vault> = std::sync::OnceLock::new();
    VAULT.get_or_init(Vault::new)
}

#[test]
fn times_at_and_beyond_the_ends() {
    let vault = Vault::new();
    let seconds = |id, seconds: &str| with(id, "date_unixtime", json!(seconds));
    let messages = [
        seconds(1, "0"),
        seconds(2, "-1"),
        seconds(3, "253402300799"),
        seconds(4, "-62167219200"),
        seconds(5, "253402300800"),
        seconds(6, "9223372036854775807"),
        seconds(7, "-9223372036854775808"),
        seconds(8, "99999999999999999999999"),
        seconds(9, ""),
        json!({"id": 10, "type": "message", "date": "9999-12-31T23:59:59", "text": "local"}),
        json!({"id": 11, "type": "message", "date": "1970-01-01T00:00:00", "text": "local"}),
        json!({"id": 12, "type": "message", "date": "10000-01-01T00:00:00", "text": "local"}),
        json!({"id": 13, "type": "message", "text": "never"}),
        // One form is broken, so the other counts.
        json!({"id": 14, "type": "message", "date": "2024-02-29T12:00:00", "date_unixtime": "x", "text": "leap"}),
        // Old exports have this for messages that were never edited.
        json!({"id": 15, "type": "message", "date": "2019-02-28T12:00:00", "edited": "1970-01-01T00:00:00", "text": "old"}),
    ];
    let report = vault.json(&chat(&messages));
    assert_eq!(
        (report.messages_imported, report.messages_skipped),
        (8, 7),
        "{report:?}"
    );
    assert!(report.partial);
    let export = vault.export();
    for at in [
        "1970-01-01T00:00:00.000Z",
        "1969-12-31T23:59:59.000Z",
        "9999-12-31T23:59:59.000Z",
        "0000-01-01T00:00:00.000Z",
        "2024-02-29T12:00:00.000Z",
    ] {
        assert!(export.contains(&format!("\"at\":\"{at}\"")), "{at}");
    }
    assert!(!export.contains("edited_at"));
    assert_eq!(vault.json(&chat(&messages)).messages_imported, 0);
}

#[test]
fn a_hundred_thousand_messages_of_one_instant() {
    let vault = Vault::new();
    let messages: Vec<Value> = (0..100_000)
        .map(|id| {
            let mut message = message(id, &format!("message {id}"));
            message["date_unixtime"] = json!("1700000000");
            message
        })
        .collect();
    let export = chat(&messages);
    assert_eq!(vault.json(&export).messages_imported, 100_000);
    let texts = vault.texts();
    assert_eq!(texts.len(), 100_000);
    assert_eq!(
        (texts[0].as_str(), texts[99_999].as_str()),
        ("message 0", "message 99999")
    );
    let again = vault.json(&export);
    assert_eq!((again.messages_imported, again.messages_known), (0, 100_000));
}

#[test]
fn long_ids_are_told_apart() {
    let vault = Vault::new();
    let long = |end: &str| json!("x".repeat(1_999) + end);
    let mut reply = with(1, "id", long("a"));
    reply["reply_to_message_id"] = long("b");
    reply["from_id"] = long("c");
    let report = vault.json(&chat(&[reply, with(2, "id", long("b"))]));
    assert_eq!((report.messages_imported, report.partial), (2, false));
    let messages = vault.messages();
    assert_eq!(messages[0].reply_to.as_ref(), Some(&messages[1].id));
    // Numbers that do not fit in 64 bits would be rounded to the same value.
    let report = vault.json(
        &json!({"name": "B", "id": 8, "type": "personal_chat", "messages": [
            with(1, "id", serde_json::from_str("100000000000000000001").unwrap()),
            with(2, "id", serde_json::from_str("100000000000000000002").unwrap()),
        ]}),
    );
    assert_eq!(report.messages_imported, 2);
}

#[test]
fn texts_that_terminals_and_strings_fear_stay_exact() {
    let vault = Vault::new();
    let texts = [
        "a\0b",
        "\u{202e}right\u{200f}",
        "\u{1b}[2J\u{7}",
        "",
        " \n\t ",
        "\u{fffd}",
    ];
    let messages: Vec<Value> = texts
        .iter()
        .zip(1..)
        .map(|(text, id)| message(id, text))
        .collect();
    assert_eq!(vault.json(&chat(&messages)).messages_imported, 6);
    assert_eq!(vault.texts(), texts);
    // Half a character as an escape, which none of our strings can hold.
    let halves = r#"{"name":"B\ud800","type":"personal_chat","id":9,"messages":[
        {"id":1,"type":"message","date_unixtime":"1700000000","text":"\ud83d \ude00 \ud83d\ude00"}]}"#;
    let report = vault.telegram(&vault.write("halves.json", halves));
    assert_eq!(report.messages_imported, 1);
    assert!(
        report.notes.iter().any(|note| note.text.contains("halves")),
        "{:?}",
        report.notes
    );
    assert!(vault.texts().contains(&"\u{fffd} \u{fffd} 😀".to_owned()));
}

#[test]
fn the_limits_of_size() {
    let vault = Vault::new();
    let entities: Vec<Value> = (0..9_000)
        .map(|at| json!({"type": "bold", "text": format!("word {at:05} "), "x": "y".repeat(20)}))
        .collect();
    let report = vault.json(&chat(&[
        message(1, &"x".repeat(1_048_576)),
        message(2, &"x".repeat(1_048_577)),
        with(3, "text", Value::Array(entities)),
    ]));
    assert_eq!(
        (report.messages_imported, report.messages_skipped),
        (2, 1),
        "{:?}",
        report.reasons
    );
    assert_eq!(report.reasons.get("a text over 1,048,576 bytes"), Some(&1));
    // Formatting over its limit is left out; the text stays.
    let long = vault
        .texts()
        .into_iter()
        .find(|text| text.starts_with("word"))
        .unwrap();
    assert_eq!(long.len(), 9_000 * "word 00000 ".len());
}

#[test]
fn each_action_of_a_hostile_file_is_not_a_reason_of_its_own() {
    let messages: Vec<Value> = (0..500)
        .map(|at| json!({"id": at, "type": "service", "action": format!("act {at}")}))
        .collect();
    let report = Vault::new().json(&chat(&messages));
    assert_eq!(
        (report.messages_skipped, report.reasons.len(), report.partial),
        (500, 101, false)
    );
}

#[test]
fn a_text_is_taken_from_wherever_it_stands() {
    let bold = json!([{"type": "bold", "text": "bo"}, {"type": "plain", "text": "ld"}]);
    let cases = [
        (json!(null), bold.clone(), "bold", false),
        (json!(""), bold.clone(), "bold", false),
        (json!([]), bold.clone(), "bold", false),
        (json!(7), bold.clone(), "bold", false),
        (json!(["x", 7]), bold.clone(), "bold", false),
        (json!("said"), bold.clone(), "said", false),
        (json!("said"), json!(7), "said", false),
        (json!(["sa", 7, "id"]), json!(null), "said", true),
        (json!(["said", {"type": "link"}]), json!([7]), "said", true),
        (json!({"type": "bold", "text": "said"}), json!([]), "said", false),
    ];
    for (text, entities, says, noted) in cases {
        let vault = Vault::new();
        let mut one = with(1, "text", text.clone());
        one["text_entities"] = entities.clone();
        let report = vault.json(&chat(&[one]));
        assert_eq!(vault.texts(), [says], "{text} {entities}");
        let note = report
            .notes
            .iter()
            .any(|note| note.text.contains("without a part of the text"));
        assert_eq!((note, report.partial), (noted, false), "{text} {entities}");
    }
    // The formatting of the list is imported; a list of plain text has none.
    let vault = Vault::new();
    let mut one = with(1, "text", json!(""));
    one["text_entities"] = bold;
    vault.json(&chat(&[one]));
    assert!(vault.export().contains("\"entities\":[{"), "{}", vault.export());
    // A number becomes its digits. If nothing is text, the message is imported with its other data.
    let vault = Vault::new();
    let odd = [json!(7), json!([7]), json!({"x": 1}), json!(true)];
    let messages: Vec<Value> = odd
        .iter()
        .zip(1..)
        .map(|(text, id)| with(id, "text", text.clone()))
        .collect();
    let report = vault.json(&chat(&messages));
    assert_eq!((report.messages_imported, report.messages_skipped), (4, 0));
    assert_eq!(vault.texts(), ["7", "", "", ""]);
    let notes: Vec<&str> = report.notes.iter().map(|note| note.text.as_str()).collect();
    assert!(
        notes.contains(&"3 messages imported without a text, which could not be read"),
        "{notes:?}"
    );
    assert!(
        notes
            .iter()
            .any(|note| note.ends_with("kept with their messages: text (3)")),
        "{notes:?}"
    );
    assert!(vault.export().contains("\"source\":{\"text\":{\"x\":1}}"));
}

#[test]
fn an_odd_side_field_costs_itself_and_is_noted() {
    for (field, value) in [
        ("edited", json!("junk")),
        ("edited_unixtime", json!([1])),
        ("reply_to_message_id", json!([1])),
        ("reply_to_peer_id", json!({"a": 1})),
        ("from", json!(true)),
        ("from_id", json!([7])),
    ] {
        let vault = Vault::new();
        let report = vault.json(&chat(&[with(1, field, value.clone())]));
        assert_eq!(
            (report.messages_imported, report.messages_skipped, report.partial),
            (1, 0, false),
            "{field}"
        );
        assert_eq!(vault.texts(), ["text"]);
        let named = field.strip_suffix("_unixtime").unwrap_or(field);
        let says = format!("1 message imported without {named}, which");
        assert!(
            report.notes.iter().any(|note| note.text.starts_with(&says)),
            "{field}: {:?}",
            report.notes
        );
    }
}

#[test]
fn a_byte_order_mark_is_passed_over_and_utf16_is_named() {
    let export = chat(&[message(1, "text")]).to_string();
    let vault = Vault::new();
    let path = vault.write("bom.json", format!("\u{feff}{export}"));
    assert_eq!(vault.telegram(&path).messages_imported, 1);
    let own = vault.export();
    let (report, result) = vault.own(&vault.write("bom.jsonl", format!("\u{feff}{own}")));
    result.unwrap();
    assert_eq!(report.messages_known, 1);
    for text in [export, own] {
        let wide: Vec<u8> = "\u{feff}"
            .encode_utf16()
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        let path = vault.write("wide", wide);
        for result in [vault.telegram_as(&path, None).1, vault.own(&path).1] {
            let error = result.unwrap_err();
            assert!(
                matches!(error, ImportError::Source { .. }) && error.to_string().contains("UTF-16"),
                "{error}"
            );
        }
    }
}
