//! Exports that other programs use in their tests: texts, replies and edits are compared with the source, which other
//! code reads.

use std::path::{Path, PathBuf};

use privatus_domain::Direction;
use serde_json::Value;

use crate::telegram::vault::Vault;

/// A source's messages, in file order, chat by chat.
#[derive(Debug, PartialEq, Eq, Default)]
struct Counts {
    texts: Vec<String>,
    replies: usize,
    edits: usize,
}

fn of_source(path: &Path) -> Counts {
    let export: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let chats = match export.get("chats") {
        Some(chats) => chats["list"].as_array().unwrap().clone(),
        None => vec![export],
    };
    let mut counts = Counts::default();
    for message in chats.iter().flat_map(|chat| chat["messages"].as_array().unwrap()) {
        if message["type"] != "message" {
            continue;
        }
        counts.texts.push(match &message["text"] {
            Value::String(text) => text.clone(),
            Value::Array(parts) => parts
                .iter()
                .map(|part| part.as_str().or(part["text"].as_str()).unwrap())
                .collect(),
            other => panic!("{other}"),
        });
        counts.replies += usize::from(message.get("reply_to_message_id").is_some());
        counts.edits += usize::from(message.get("edited").is_some());
    }
    counts.texts.sort();
    counts
}

fn of_vault(vault: &Vault) -> Counts {
    let messages = vault.messages();
    let mut texts = vault.texts();
    texts.sort();
    Counts {
        texts,
        replies: messages
            .iter()
            .filter(|message| message.reply_to.is_some())
            .count(),
        edits: messages
            .iter()
            .filter(|message| message.edited_at.is_some())
            .count(),
    }
}

fn compare(path: &Path) -> Counts {
    let vault = Vault::new();
    let wanted = of_source(path);
    let first = vault.telegram(path);
    assert_eq!(
        first.messages_imported as usize,
        wanted.texts.len(),
        "{}",
        path.display()
    );
    assert!(!first.partial, "{:?}", first.reasons);
    let (second, third) = (vault.telegram(path), of_vault(&vault));
    assert_eq!(
        (second.messages_imported, second.messages_known),
        (0, first.messages_imported)
    );
    assert_eq!((second.contacts_imported, second.groups_imported), (0, 0));
    assert!(third == wanted, "{}", path.display());
    // Through our own export into another vault, nothing is lost or changed.
    let export = vault.export();
    let other = Vault::new();
    let (_, result) = other.own(&other.write("export.jsonl", &export));
    result.unwrap();
    assert!(other.export() == export, "{}", path.display());
    wanted
}

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/telegram")
        .join(name)
}

#[test]
fn exports_of_other_programs_tests() {
    // The messages, replies and edits in the files were counted manually.
    for (name, counts) in [
        ("tkonverter_personal.json", (25, 1, 1)),
        ("tkonverter_group.json", (23, 1, 0)),
        ("chatpack.json", (7, 1, 1)),
        ("langchain_personal.json", (4, 0, 0)),
        ("chat-miner.json", (2, 0, 0)),
    ] {
        let found = compare(&shipped(name));
        assert_eq!((found.texts.len(), found.replies, found.edits), counts, "{name}");
    }
}

#[test]
fn a_channel_with_replies_and_edits() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/demo/telegram/result.json");
    let found = compare(&path);
    assert_eq!((found.texts.len(), found.replies, found.edits), (1_067, 318, 86));
}

#[test]
fn a_whole_account_knows_its_owner() {
    let path = shipped("chitchat_account.json");
    compare(&path);
    let vault = Vault::new();
    let report = vault.telegram(&path);
    assert_eq!(report.contacts_imported, 3);
    let out = vault
        .messages()
        .iter()
        .filter(|message| message.direction == Direction::Out)
        .count();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(out, text.matches("\"from_id\": \"user1419559377\"").count());
    assert!(out > 0);
}

#[test]
#[ignore = "needs PRIVATUS_DATA: a folder whose telegram/ has exports that may not all be shipped"]
fn every_export_at_hand() {
    let data = PathBuf::from(std::env::var_os("PRIVATUS_DATA").expect("PRIVATUS_DATA names the folder"));
    let mut found = 0;
    for entry in std::fs::read_dir(data.join("telegram")).unwrap() {
        let path = entry.unwrap().path();
        let path = if path.is_dir() {
            path.join("result.json")
        } else {
            path
        };
        compare(&path);
        found += 1;
    }
    assert!(found >= 7);
}
