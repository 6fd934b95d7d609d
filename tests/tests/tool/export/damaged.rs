//! Exports that are damaged, short or older.

use std::fs;
use std::path::Path;

use privatus_domain::{Body, MessageId, NewMessage, SettingKey, Timestamp};
use privatus_import::ImportError;
use privatus_store::Store;
use privatus_tests::whole_export;
use serde_json::json;

use super::{export, import, import_vouched, people, vault};

/// A small export and its lines.
fn small(dir: &Path) -> Vec<String> {
    let store = vault(&dir.join("small"));
    let chats = people(&store, &["Alice".into()], false);
    let moment = Timestamp::from_unix_ms(1_704_067_200_000).unwrap();
    for number in 0..3 {
        let id = MessageId::new(format!("m{number}").parse().unwrap());
        let new = NewMessage::sent(id, Body::text("words").unwrap(), moment);
        store
            .write("test", |tx| tx.message_insert(&chats[0], &new))
            .unwrap();
    }
    export(&store).lines().map(|line| format!("{line}\n")).collect()
}

#[test]
fn damaged_exports_are_called_by_their_names() {
    let dir = tempfile::tempdir().unwrap();
    let lines = small(dir.path());
    let whole = lines.concat();
    let end = lines.len() - 1;
    let message = lines
        .iter()
        .position(|line| line.contains("\"message\""))
        .unwrap();
    let without_end = lines[..end].concat();
    let cut = whole[..whole.len() - 9].to_owned();
    let changed = whole.replacen("words", "wards", 1);
    let mut unknown = lines.clone();
    unknown.insert(1, "{\"type\":\"hologram\",\"id\":\"1\"}\n".into());
    let newer = whole.replacen("\"version\":1", "\"version\":2,\"more\":[]", 1);
    let mut wrong = lines.clone();
    wrong[message] = lines[message].replacen("\"at\":\"2024", "\"at\":\"20-24", 1);
    let mut sideways = lines.clone();
    sideways[message] = lines[message].replacen("\"out\"", "\"sideways\"", 1);
    let mut counts = lines.clone();
    counts[end] = lines[end].replacen("\"message\":3", "\"message\":4", 1);
    let orphan = [lines[0].as_str(), &lines[message], &lines[end]].concat();
    let cases: [(&str, String, &str); 12] = [
        ("no end", without_end, "its end record is missing"),
        ("cut", cut, "is cut off in line"),
        ("changed", changed, "its checksum differs"),
        ("counts", counts.concat(), "its counts of records differ"),
        ("unknown type", unknown.concat(), "its counts of records differ"),
        ("newer", newer, "version 2; this build reads"),
        ("wrong field", wrong.concat(), "its counts of records differ"),
        ("direction", sideways.concat(), "its checksum differs"),
        ("orphan", orphan, "its counts of records differ"),
        ("empty", String::new(), "is empty"),
        ("telegram", "{\"chats\":{}}\n".into(), "not a privatus export"),
        (
            "trailing",
            format!("{whole}{whole}"),
            "continues after its end record",
        ),
    ];
    for (number, (what, text, words)) in cases.iter().enumerate() {
        let file = dir.path().join("damaged.jsonl");
        fs::write(&file, text).unwrap();
        let store = vault(&dir.path().join(number.to_string()));
        let (report, result) = import(&store, &file);
        let error = result.expect_err(what);
        if ["unknown type", "wrong field", "direction", "orphan"].contains(what) {
            assert!(report.partial && !report.reasons.is_empty(), "{what}: {report:?}");
        }
        assert!(matches!(error, ImportError::Source { .. }), "{what}: {error}");
        assert!(error.to_string().contains(words), "{what}: {error}");
        assert_eq!(error.to_string().lines().count(), 1);
        assert!(
            !error.to_string().contains("words"),
            "no text of a message: {error}"
        );
    }
}

#[test]
fn the_later_setting_stays_and_a_short_export_is_enough() {
    let dir = tempfile::tempdir().unwrap();
    let store = vault(&dir.path().join("vault"));
    let key = SettingKey::new("theme").unwrap();
    let moment = |ms| Timestamp::from_unix_ms(ms).unwrap();
    store
        .write("test", |tx| {
            tx.setting_set("", &key, json!("light"), moment(2_000))
        })
        .unwrap();
    let set = |at: &str| {
        format!("{{\"type\":\"setting\",\"key\":\"theme\",\"value\":\"dark\",\"updated_at\":\"{at}\"}}\n")
    };
    let value = |store: &Store| store.read(|tx| tx.setting("", &key)).unwrap().value;
    let take = |text: &str| {
        let file = dir.path().join("hand.jsonl");
        fs::write(&file, text).unwrap();
        import(&store, &file)
    };
    let header = "{\"type\":\"header\",\"format\":\"privatus-export\",\"version\":1}\n";
    let vouched = |at: &str| {
        let file = dir.path().join("vouched.jsonl");
        fs::write(&file, whole_export(&[header.trim_end(), set(at).trim_end()])).unwrap();
        import_vouched(&store, &file).1.unwrap();
    };
    vouched("1970-01-01T00:00:01.000Z");
    assert_eq!(value(&store).as_str(), "\"light\"");
    vouched("1970-01-01T00:00:03.000Z");
    assert_eq!(value(&store).as_str(), "\"dark\"");

    // Records with no more than the fields that every reader may count on.
    let text = format!(
        "{header}{}\n{}\n{}\n{}\n",
        json!({"type": "contact", "id": "c", "display_name": "Alice"}),
        json!({"type": "group", "id": "g", "name": "Tea party"}),
        json!({"type": "conversation", "id": "g", "kind": "group", "title": "Tea party"}),
        json!({"type": "message", "id": "m", "conversation": "g", "direction": "in", "sender": "Hatter",
               "text": "No room!", "at": "2024-01-02T03:04:05.006Z"}),
    );
    let (report, result) = take(&text);
    assert!(
        result
            .unwrap_err()
            .to_string()
            .contains("its end record is missing")
    );
    assert_eq!(
        (
            report.messages_imported,
            report.contacts_imported,
            report.groups_imported
        ),
        (1, 1, 1)
    );
    let message = store.read(|tx| tx.message_by_id(&"m".parse().unwrap())).unwrap();
    assert_eq!(message.sender.unwrap().name(), Some("Hatter"));
    assert_eq!(message.at.to_rfc3339(), "2024-01-02T03:04:05.006Z");
}
