//! Who wrote what, in which chat.

use privatus_domain::{Direction, Message, Sender};
use serde_json::{Value, json};

use crate::vault::{Vault, chat, message};

fn by(id: u64, from: Value, from_id: Value) -> Value {
    let mut message = message(id, &format!("text {id}"));
    message["from"] = from;
    message["from_id"] = from_id;
    message
}

fn who(message: &Message) -> &str {
    match (message.direction, &message.sender) {
        (Direction::Out, None) => "out",
        (Direction::In, Some(Sender::Contact { .. })) => "contact",
        (Direction::In, Some(Sender::Imported { name, .. })) => name,
        (Direction::In, None) => "nobody",
        other => panic!("{other:?}"),
    }
}

fn writers(vault: &Vault) -> Vec<String> {
    vault
        .messages()
        .iter()
        .map(|message| who(message).to_owned())
        .collect()
}

#[test]
fn the_other_side_is_known_by_id_and_the_guess_is_the_one_left() {
    let vault = Vault::new();
    let export = chat(&[
        by(1, json!("Ann"), json!("user7")),
        by(2, json!("Ann before she married"), json!("user7")),
        by(3, json!("Me"), json!("user1")),
        by(4, json!(null), json!("user7")),
        by(5, json!(null), json!(null)),
        by(6, json!("Ann"), json!(7)),
    ]);
    let report = vault.json(&export);
    assert_eq!(
        writers(&vault),
        ["contact", "contact", "out", "contact", "contact", "contact"]
    );
    assert!(
        report.notes[0].contains("a guess: messages from Me"),
        "{:?}",
        report.notes
    );
}

#[test]
fn me_is_a_name_or_either_form_of_an_id() {
    let group = json!({"name": "Team", "type": "private_group", "id": 7, "messages": [
        by(1, json!("Ann"), json!("user7")),
        by(2, json!("Bob"), json!("user8")),
        by(3, json!(null), json!("user9")),
    ]});
    for me in [Some("Bob"), Some("user8"), Some("8"), None] {
        let vault = Vault::new();
        let path = vault.write("group.json", group.to_string());
        let (report, result) = vault.telegram_as(&path, me);
        result.unwrap();
        let bob = if me.is_some() { "out" } else { "Bob" };
        assert_eq!(writers(&vault), ["Ann", bob, "Deleted account"], "{me:?}");
        assert_eq!(report.groups_imported, 1);
    }
    // The direction of a message cannot be changed later: a slip of the hand is refused before anything is written.
    let vault = Vault::new();
    let path = vault.write("group.json", group.to_string());
    let (_, result) = vault.telegram_as(&path, Some("Bobb"));
    assert_eq!(result.unwrap_err().exit_code(), 24);
    assert!(vault.messages().is_empty());
}

#[test]
fn saved_messages_are_one_s_own() {
    let vault = Vault::new();
    vault.json(&json!({"type": "saved_messages", "id": 1, "messages": [by(1, json!("Me"), json!("user1"))]}));
    assert_eq!(writers(&vault), ["out"]);
}

#[test]
fn a_user_and_a_group_of_one_number_keep_their_messages() {
    let vault = Vault::new();
    let mut reply = by(2, json!("Ann"), json!("user7"));
    reply["reply_to_message_id"] = json!(1);
    reply["reply_to_peer_id"] = json!("channel7");
    let chats: Vec<Value> = [
        (
            "personal_chat",
            json!([by(1, json!("Ann"), json!("user7")), reply]),
        ),
        ("private_group", json!([by(1, json!("Ann"), json!("user7"))])),
        ("public_supergroup", json!([by(1, json!("Ann"), json!("user7"))])),
    ]
    .into_iter()
    .map(|(kind, messages)| json!({"name": kind, "type": kind, "id": 7, "messages": messages}))
    .collect();
    let half = chats[..1].to_vec();
    let account = json!({"personal_information": {"user_id": 1}, "chats": {"list": half},
        "left_chats": {"list": chats[1..].to_vec()}});
    let report = vault.json(&account);
    assert_eq!((report.messages_imported, report.messages_known), (4, 0));
    assert_eq!((report.contacts_imported, report.groups_imported), (1, 2));
    let messages = vault.messages();
    let reply = messages
        .iter()
        .find_map(|message| message.reply_to.clone())
        .unwrap();
    let answered = messages.iter().find(|message| message.id == reply).unwrap();
    let chats = vault.store.read(|tx| tx.conversations(9)).unwrap();
    let chat = chats
        .iter()
        .find(|chat| chat.id == answered.conversation)
        .unwrap();
    assert_eq!(chat.title, "public_supergroup");
}

#[test]
fn messages_without_ids_are_told_apart_by_what_they_say_and_how_often() {
    let vault = Vault::new();
    let without = |at: u64, text: &str| json!({"type": "message", "date_unixtime": at.to_string(), "from": "A", "text": text});
    let mut messages = vec![
        without(5, "ha"),
        without(5, "ha"),
        without(5, "ha"),
        without(6, "ha"),
        without(5, "he"),
    ];
    assert_eq!(vault.json(&chat(&messages)).messages_imported, 5);
    messages.push(without(5, "ha"));
    let report = vault.json(&chat(&messages));
    assert_eq!((report.messages_imported, report.messages_known), (1, 5));
}
