//! Databases that Python wrote, with its own library for the tokens, come back equal.
//!
//! If `PRIVATUS_DATA` names a folder with `legacy_small` and `legacy_gen1` (databases made with the application's own
//! classes, not distributed), those are read as well.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use privatus_import::legacy::{FoundKeys, Record, SearchEnd, SearchOptions, Source};
use serde_json::Value;

use crate::legacy::maker::{Read, counts, read_all};

fn own(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn rescue(path: &Path, password: Option<&str>, original_path: Option<&str>, bound: u64) -> (FoundKeys, Read) {
    let mut source = Source::open(path).unwrap();
    let options = SearchOptions {
        password: password.map(str::as_bytes),
        original_path,
        max_iterations: bound,
    };
    let keys = source
        .find_keys(&options, &mut |_| ControlFlow::Continue(()))
        .unwrap();
    let read = read_all(&mut source, &keys, "UTC");
    (keys, read)
}

/// A naive time of Python as milliseconds, computed by other code than the reader's: rendering the milliseconds must
/// give the beginning of the text.
fn same_time(ms: i64, text: &Value) -> bool {
    let format = time::macros::format_description!(
        "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]"
    );
    let text = text.as_str().unwrap().replace(' ', "T");
    let text = if text.contains('.') {
        text
    } else {
        format!("{text}.000")
    };
    let at = time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).unwrap();
    text.starts_with(&at.format(&format).unwrap())
}

fn same_optional_time(ms: Option<i64>, text: &Value) -> bool {
    match ms {
        None => text.is_null(),
        Some(ms) => same_time(ms, text),
    }
}

/// Every record is expected, field by field, and every expected record is there.
fn compare(read: &Read, contacts: &[Value], settings: &[(String, Value, Value)], messages: &[Value]) {
    assert_eq!(read.problems, []);
    let totals = (
        contacts.len() as u64,
        settings.len() as u64,
        messages.len() as u64,
    );
    assert_eq!(
        (
            read.summary.contacts,
            read.summary.settings,
            read.summary.messages
        ),
        totals
    );
    for record in &read.records {
        match record {
            Record::Contact(contact) => {
                let wanted = contacts
                    .iter()
                    .find(|c| c["contact_id"] == contact.contact_id.as_str())
                    .unwrap();
                assert_eq!(wanted["display_name"], contact.display_name.as_str());
                assert_eq!(wanted["public_key"], contact.public_key.as_str());
                assert_eq!(wanted["is_verified"], i32::from(contact.is_verified));
                assert_eq!(wanted["is_online"], i32::from(contact.is_online));
                assert!(same_optional_time(contact.added_at, &wanted["added_at"]));
                assert!(same_optional_time(contact.last_seen, &wanted["last_seen"]));
            }
            Record::Setting(setting) => {
                let (_, value, at) = settings.iter().find(|(key, ..)| *key == setting.key).unwrap();
                assert_eq!(
                    serde_json::from_str::<Value>(&setting.json).unwrap(),
                    *value,
                    "{}",
                    setting.key
                );
                assert!(same_optional_time(setting.updated_at, at));
            }
            Record::Message(message) => {
                let wanted = messages
                    .iter()
                    .find(|m| m["message_id"] == message.message_id.as_str())
                    .unwrap();
                assert_eq!(wanted["contact_id"], message.contact_id.as_str());
                assert!(
                    wanted["content"] == message.text.as_str(),
                    "{}",
                    message.message_id
                );
                assert_eq!(wanted["is_outgoing"], i32::from(message.is_outgoing));
                assert_eq!(wanted["is_encrypted"], i32::from(message.is_encrypted));
                assert!(
                    same_time(message.timestamp, &wanted["timestamp"]),
                    "{}",
                    message.message_id
                );
            }
        }
    }
}

fn compare_with(read: &Read, expected: &Value) {
    let list = |name: &str| expected[name].as_array().unwrap().clone();
    let settings: Vec<_> = list("settings")
        .iter()
        .map(|setting| {
            let value = serde_json::from_str(setting["value"].as_str().unwrap()).unwrap();
            (
                setting["key"].as_str().unwrap().to_owned(),
                value,
                setting["updated_at"].clone(),
            )
        })
        .collect();
    compare(read, &list("contacts"), &settings, &list("messages"));
}

#[test]
fn the_demo_database_with_two_keys() {
    let folder = own("../cli/demo/legacy");
    let password = std::fs::read_to_string(folder.join("password.txt")).unwrap();
    let (keys, read) = rescue(&folder, Some(password.trim_end()), None, 20_000_000);
    assert_eq!(
        (counts(&keys), keys.end),
        (vec![(412_903, 19), (1_041_377, 22)], SearchEnd::AllOpen)
    );
    compare_with(&read, &json(&own("tests/data/legacy_demo.expected.json")));
}

#[test]
fn a_database_of_the_first_generation() {
    let path = own("tests/data/legacy_gen1.db");
    let (keys, read) = rescue(
        &path,
        None,
        Some("/home/robin/.privatus-chat/privatus_chat.db"),
        1,
    );
    assert_eq!(
        (counts(&keys), keys.end),
        (vec![(100_000, 24)], SearchEnd::AllOpen)
    );
    compare_with(&read, &json(&own("tests/data/legacy_gen1.expected.json")));
}

/// The layout of the databases in `PRIVATUS_DATA`.
fn compare_folder(read: &Read, expected: &Path) {
    let contacts = json(&expected.join("contacts.json"));
    let settings: Vec<_> = json(&expected.join("settings.json"))
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, setting)| {
            (
                key.clone(),
                setting["value"].clone(),
                setting["updated_at"].clone(),
            )
        })
        .collect();
    let messages = std::fs::read_to_string(expected.join("messages.jsonl")).unwrap();
    let messages: Vec<Value> = messages
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    compare(read, contacts.as_array().unwrap(), &settings, &messages);
}

#[test]
#[ignore = "needs PRIVATUS_DATA: a folder with databases that may not be shipped"]
fn databases_of_the_application_itself() {
    let data = std::env::var_os("PRIVATUS_DATA").expect("PRIVATUS_DATA names the folder");
    let data = PathBuf::from(data);
    let folder = data.join("legacy_small");
    let password = std::fs::read_to_string(folder.join("password.txt")).unwrap();
    let wanted = json(&folder.join("expected/params.json"));
    let (keys, read) = rescue(&folder, Some(&password), None, 20_000_000);
    assert_eq!(keys.keys[0].iterations, wanted["iterations"].as_u64().unwrap());
    compare_folder(&read, &folder.join("expected"));

    let folder = data.join("legacy_gen1");
    let wanted = json(&folder.join("expected/params.json"));
    let (_, read) = rescue(&folder, None, wanted["db_path_string_used"].as_str(), 1);
    compare_folder(&read, &folder.join("expected"));
}
