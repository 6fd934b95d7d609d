//! Sources with a value of another type in a field.

use std::fs;

use privatus_tests::{ok, run};
use serde_json::{Value, json as value};

use crate::bad_input::{refuses, vault, word};

/// Values that no field expects.
fn wrong() -> [Value; 9] {
    let deep = (0..100).fold(value!(1), |inner, _| value!([inner]));
    [
        value!(null),
        value!(true),
        value!(-1.5e300),
        value!(18_446_744_073_709_551_615_u64),
        value!([]),
        value!({}),
        value!([7, null, {"text": 7}, {"type": "link"}]),
        value!({"text": ["x"]}),
        deep,
    ]
}

#[test]
fn a_wrong_type_in_a_field_of_telegram() {
    let (dir, vault) = vault();
    let source = dir.path().join("source.json");
    let base = value!({
        "id": 1, "type": "message", "date": "2024-01-02T03:04:05", "date_unixtime": "1704164645",
        "edited": "2024-01-02T03:05:05", "edited_unixtime": "1704164705", "from": "Someone", "from_id": "user7",
        "reply_to_message_id": 1, "forwarded_from": "Somebody", "text": "hello", "text_entities": [],
        "file": "files/a.txt", "file_name": "a.txt", "mime_type": "text/plain", "file_size": 7, "photo": "a.jpg",
        "media_type": "sticker", "location_information": {"latitude": 1.5, "longitude": 2.5}, "poll": {"question": "?"},
    });
    let mut messages = vec![value!(7), value!(null), value!([]), value!("text"), value!({})];
    for key in base.as_object().unwrap().keys() {
        for wrong in wrong() {
            let mut message = base.clone();
            message["id"] = (messages.len() + 10).into();
            message[key.as_str()] = wrong;
            messages.push(message);
        }
    }
    let mut plain = base.clone();
    plain["id"] = 2.into();
    messages.push(plain);
    let file = value!({"name": "Someone", "type": "personal_chat", "id": 7, "messages": &messages});
    fs::write(&source, file.to_string()).unwrap();
    let output = run(&vault, &["--json", "import", "telegram", word(&source)]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(25), "{report}");
    let count = |name: &str| report[name].as_u64().unwrap();
    let all = messages.len() as u64;
    // A message is lost only if one of these has a wrong type: the entry's own type (all nine), or a text without any
    // part that is text (with a photo the message is still imported). A wrong id is replaced by a derived one.
    assert_eq!(
        count("messages_imported") + count("messages_skipped"),
        all,
        "{report}"
    );
    assert_eq!(count("messages_skipped"), 5 + 9, "{report}");
    assert_eq!(report["reasons"]["an entry that is not an object"], 4);
    ok(&vault, &["verify"]);
    // What each message kept, by the field that was wrong.
    let exported = ok(&vault, &["export", "-"]);
    let kept: Vec<Value> = exported
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &Value| line["type"] == "message")
        .collect();
    assert_eq!(kept.len() as u64, count("messages_imported"));
    let at = "2024-01-02T03:04:05.000Z";
    assert!(
        kept.iter().all(|one| one["at"] == at),
        "a wrong form of the time gives way to the other"
    );
    let with = |name: &str, wanted: &Value| kept.iter().filter(|one| one[name] == *wanted).count();
    let hello = with("text", &value!("hello"));
    // Of the nine wrong texts none says hello.
    assert_eq!(kept.len() - hello, 9, "{report}");
    let edited = with("edited_at", &value!("2024-01-02T03:05:05.000Z"));
    assert_eq!(edited, kept.len(), "the other form of the edit counts");
    let replies = kept.iter().filter(|one| !one["reply_to"].is_null()).count();
    assert!(
        (kept.len() - 9..kept.len()).contains(&replies),
        "{replies} of {}",
        kept.len()
    );
    let forwarded = with("forwarded_from", &value!("Somebody"));
    assert_eq!(forwarded, kept.len() - 9);
    let media = kept.iter().filter(|one| one["media"].is_object()).count();
    assert_eq!(media, kept.len(), "one kind of media stands in for another");
}

#[test]
fn a_wrong_type_around_the_messages() {
    let (dir, vault) = vault();
    let source = dir.path().join("source.json");
    for file in [
        value!({"messages": 7}),
        value!({"messages": {"a": 1}}),
        value!({"messages": null, "name": "x"}),
        value!({"chats": []}),
        value!({"chats": {"list": 7}}),
        value!({"chats": {"list": [7]}}),
        value!({"chats": {"list": [{"messages": "none"}]}}),
    ] {
        fs::write(&source, file.to_string()).unwrap();
        refuses(&vault, &["import", "telegram", word(&source)], 25, word(&source));
    }
    // What only describes a chat may be anything.
    for wrong in wrong() {
        for key in ["name", "type", "id"] {
            let mut file = value!({"name": "A", "type": "personal_chat", "id": 1, "messages": [
                {"id": 1, "type": "message", "date": "2024-01-02T03:04:05", "from": "A", "from_id": "user1", "text": "t"}
            ]});
            file[key] = wrong.clone();
            fs::write(&source, file.to_string()).unwrap();
            let output = run(&vault, &["import", "telegram", word(&source)]);
            assert!(output.status.success(), "{key} {wrong}: {output:?}");
        }
    }
    ok(&vault, &["verify"]);
}

/// Each field of each record of an export by a wrong value: refused in one line, nothing half written.
#[test]
fn a_wrong_type_in_a_field_of_an_export() {
    let (dir, vault) = vault();
    let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    ok(&vault, &["contacts", "add", "Someone", "--public-key", key]);
    ok(&vault, &["settings", "set", "theme", "dark", "--text"]);
    ok(&vault, &["send", "Someone", "hello"]);
    let exported = ok(&vault, &["export", "-"]);
    let lines: Vec<Value> = exported
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let source = dir.path().join("source.jsonl");
    let second = dir.path().join("second");
    privatus_tests::init(&second);
    let mut refused = 0;
    for (at, line) in lines.iter().enumerate() {
        for key in line.as_object().unwrap().keys() {
            for wrong in [value!({"a": [1]}), value!(-7.5), value!("\u{0}")] {
                let mut changed = lines.clone();
                changed[at][key] = wrong;
                let text: String = changed.iter().map(|line| format!("{line}\n")).collect();
                fs::write(&source, text).unwrap();
                let output = run(&second, &["import", "privatus", word(&source)]);
                let errors = String::from_utf8(output.stderr).unwrap();
                assert!(matches!(output.status.code(), Some(23..=25)), "{key}: {errors}");
                assert_eq!(errors.lines().count(), 1, "{errors}");
                assert!(!errors.contains("panicked"), "{errors}");
                refused += 1;
            }
        }
    }
    assert!(refused > 60, "{refused}");
    ok(&second, &["verify"]);
}
