//! Our own export, damaged or made by others.

use std::collections::BTreeMap;

use privatus_import::ImportError;
use privatus_store::Digest;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::telegram::vault::{Vault, chat, message};

pub(crate) fn lines(records: &[Value]) -> String {
    let mut text = String::from("{\"type\":\"header\",\"format\":\"privatus-export\",\"version\":1}\n");
    for record in records {
        text.push_str(&record.to_string());
        text.push('\n');
    }
    text
}

/// The lines with the end record that makes them a whole export.
pub(crate) fn whole(text: &str) -> String {
    let mut counts = BTreeMap::new();
    for line in text.lines() {
        // Invalid JSON has no kind; half a character is valid JSON, but not a `Value`.
        let is_json = serde_json::from_str::<IgnoredAny>(line).is_ok();
        let behind = line.split_once("\"type\":\"").filter(|_| is_json);
        let kind = behind.and_then(|(_, rest)| rest.split_once('"'));
        let kind = kind.map_or("", |(kind, _)| kind);
        *counts.entry(kind.to_owned()).or_insert(0_u64) += 1;
    }
    let mut digest = Digest::new();
    digest.update(text.as_bytes());
    let checksum: String = digest
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!(
        "{text}{}\n",
        json!({"type": "end", "counts": counts, "checksum": checksum})
    )
}

fn contact(id: &str) -> Value {
    json!({"type": "contact", "id": id, "display_name": "Ann", "public_key": "", "is_verified": false,
        "added_at": "2024-01-01T00:00:00.000Z"})
}

fn own(conversation: &str, id: &str, more: &Value) -> Value {
    let mut record = json!({"type": "message", "id": id, "conversation": conversation, "direction": "in",
        "sender": "Ann", "text": "text", "at": "2024-01-01T00:00:00.000Z", "is_encrypted": true, "is_read": true});
    for (key, value) in more.as_object().unwrap() {
        record[key] = value.clone();
    }
    record
}

#[test]
fn a_setting_s_numbers_come_back_letter_by_letter() {
    let value = r#"{"big":123456789012345678901234567890,"float":1.10,"tiny":1e-400,"half":"\ud83d"}"#;
    let setting = format!(
        "{{\"type\":\"setting\",\"scope\":\"\",\"key\":\"exact\",\"value\":{value},\"updated_at\":\"2024-01-01T00:00:00.000Z\"}}"
    );
    let text = lines(&[]) + &setting + "\n";
    let vault = Vault::new();
    let (report, _) = vault.own_vouched(&vault.write("a.jsonl", whole(&text)));
    assert_eq!(report.settings_imported, 1);
    let export = vault.export();
    assert!(export.lines().any(|line| line == setting), "{export}");
    let other = Vault::new();
    let path = other.write("b.jsonl", &export);
    other.own_vouched(&path).1.unwrap();
    assert_eq!(other.export(), export);
    assert_eq!(other.own_vouched(&path).0.settings_imported, 0);
}

#[test]
fn grants_come_back_as_they_are_and_those_that_stand_stay() {
    let grants = [
        r#"{"type":"grant","resource_type":"contact","resource_id":"*","permissions":["read","write"],"granted_by":"bo","granted_at":"2024-01-01T00:00:00.000Z"}"#,
        r#"{"type":"grant","resource_type":"contact","resource_id":"gone","user":"ann","permissions":["read","write","delete","admin"],"granted_at":"2024-01-02T00:00:00.000Z","expires_at":"2024-02-01T00:00:00.000Z"}"#,
        r#"{"type":"grant","resource_type":"vault","resource_id":"*","user":"日本\u0000"#,
    ];
    let text = lines(&[]) + grants[0] + "\n" + grants[1] + "\n";
    let vault = Vault::new();
    let (report, _) = vault.own_vouched(&vault.write("a.jsonl", whole(&text)));
    assert_eq!(report.grants_imported, 2);
    let export = vault.export();
    let kept: Vec<&str> = export
        .lines()
        .filter(|line| line.contains("\"grant\","))
        .collect();
    assert_eq!(kept, grants[..2]);
    let other = Vault::new();
    let path = other.write("b.jsonl", &export);
    other.own_vouched(&path).1.unwrap();
    assert_eq!(other.export(), export);
    // A second record that contradicts the first: the existing data stays.
    let changed = export.replace("[\"read\",\"write\"]", "[\"admin\"]");
    assert_ne!(changed, export);
    let (records, _) = changed.split_once("{\"type\":\"end\"").unwrap();
    let (report, _) = other.own_vouched(&other.write("c.jsonl", whole(records)));
    assert_eq!(report.grants_imported, 0);
    assert_eq!(other.export(), export);
    // Of unknown type, of an impossible user, of a truncated line: left out and counted.
    let strange = grants[0].replace("contact", "chat");
    let nobody = grants[1].replace("ann", "a\\u0007");
    let text = lines(&[]) + &strange + "\n" + &nobody + "\n" + grants[2] + "\n";
    let (report, _) = other.own_vouched(&other.write("d.jsonl", whole(&text)));
    assert_eq!((report.grants_imported, report.partial), (0, true));
    assert_eq!(report.reasons["grant refused"], 2);
    assert_eq!(other.export(), export);
}

#[test]
fn statistics_come_back_and_a_day_that_stands_stays() {
    let row = |date: &str, metric: &str, value: i64| json!({ "type": "statistic", "date": date, "metric": metric, "value": value });
    let vault = Vault::new();
    let records = [
        row("2024-01-01", "messages_in", 12),
        row("2024-01-01", "sent", 3),
        row("2024-01-02", "", 0),
    ];
    let (report, _) = vault.own(&vault.write("a.jsonl", lines(&records)));
    assert!(report.reasons.is_empty());
    let export = vault.export();
    assert_eq!(export.matches("\"statistic\",").count(), 3);
    let other = Vault::new();
    other.own(&other.write("b.jsonl", &export)).1.unwrap();
    assert_eq!(other.export(), export);
    let again = lines(&[
        row("2024-01-01", "messages_in", 99),
        row("2024-13-01", "messages_in", 1),
    ]);
    let (report, _) = other.own(&other.write("c.jsonl", &again));
    assert_eq!(report.reasons["statistic refused"], 1);
    assert_eq!(other.export(), export);
}

#[test]
fn ids_of_two_thousand_characters_and_every_bad_record() {
    let long = "x".repeat(2_000);
    let none = json!({});
    let vault = Vault::new();
    let text = lines(&[
        contact(&long),
        contact("ann"),
        contact(""),
        own(&long, &format!("{long}1"), &none),
        own(
            &long,
            &format!("{long}2"),
            &json!({"reply_to": format!("{long}1"), "sender_contact": long}),
        ),
        own("ann", "", &none),
        own("ann", "a", &json!({"direction": "sideways"})),
        own("ann", "b", &json!({"at": "yesterday"})),
        own("ann", "c", &json!({"text": 7})),
        own("ann", "d", &json!({"sender_contact": "a stranger"})),
        own("ann", "e", &json!({"edited_at": "1999-01-01T00:00:00.000Z"})),
        own("ann", "f", &json!({"text": "x".repeat(1_048_577)})),
        own("nobody", "g", &none),
        json!({"type": "unheard of"}),
        json!(["no object"]),
        json!({"type": "setting", "scope": "", "key": "a\nb", "value": 1, "updated_at": "2024-01-01T00:00:00.000Z"}),
        json!({"type": "group", "id": "g", "name": "", "kind": "?", "max_members": 0, "created_at": "2024-01-01T00:00:00.000Z", "members": []}),
    ]);
    let path = vault.write("bad.jsonl", text);
    let (report, result) = vault.own(&path);
    assert!(
        matches!(result, Err(ImportError::Source { .. })),
        "it has no end: {result:?}"
    );
    assert_eq!(
        (report.contacts_imported, report.messages_imported),
        (2, 4),
        "{report:?}"
    );
    assert_eq!(report.messages_skipped, 8, "{report:?}");
    assert!(report.partial);
    let messages = vault.messages();
    let reply = messages
        .iter()
        .find_map(|message| message.reply_to.clone())
        .unwrap();
    assert!(messages.iter().any(|message| message.id == reply));
    let (again, _) = vault.own(&path);
    assert_eq!(
        (
            again.messages_imported,
            again.messages_known,
            again.contacts_imported
        ),
        (0, 4, 0)
    );
}

#[test]
fn an_export_cut_off_or_changed_anywhere_is_completed() {
    let source = Vault::new();
    source.json(&chat(
        &(1..=30).map(|id| message(id, "words")).collect::<Vec<_>>(),
    ));
    let whole = source.export();
    let vault = Vault::new();
    for place in (0..whole.len())
        .step_by(211)
        .chain(whole.len() - 3..whole.len() - 1)
    {
        let (_, result) = vault.own(&vault.write("cut.jsonl", &whole[..place]));
        assert!(
            matches!(result, Err(ImportError::Source { .. })),
            "{place}: {result:?}"
        );
        let mut changed = whole.clone().into_bytes();
        changed[place] ^= 0x04;
        let other = changed != whole.as_bytes();
        let (report, result) = vault.own(&vault.write("changed.jsonl", changed));
        assert!(!other || result.is_err() || report.partial, "{place}");
    }
    vault.own(&vault.write("whole.jsonl", &whole)).1.unwrap();
    let texts = vault.texts();
    assert!(texts.iter().filter(|text| *text == "words").count() >= 30);
}

#[test]
fn an_editor_s_line_ends_do_no_harm() {
    let vault = Vault::new();
    vault.json(&chat(&[message(1, "one\r\ntwo"), message(2, "three")]));
    let whole = vault.export();
    for text in [
        whole.trim_end().to_owned(),
        format!("{whole}\n"),
        format!("{whole}\r\n  \n"),
        whole.replace('\n', "\r\n"),
    ] {
        let other = Vault::new();
        other.own(&other.write("edited.jsonl", &text)).1.unwrap();
        assert_eq!(other.export(), whole);
    }
    for (text, says) in [
        (format!("{whole}x"), "continues after its end record"),
        (whole.replace("three", "four"), "its checksum differs"),
        (
            whole.replace("\"message\":2", "\"message\":3"),
            "its counts of records differ",
        ),
    ] {
        let other = Vault::new();
        let error = other
            .own(&other.write("edited.jsonl", &text))
            .1
            .unwrap_err()
            .to_string();
        assert!(error.contains(says), "{error}");
    }
}
