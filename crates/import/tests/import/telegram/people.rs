//! Who wrote what, in which chat.

use privatus_domain::{Direction, Message, Sender};
use privatus_import::{ImportError, Report};
use serde_json::{Value, json};

use crate::telegram::vault::{Vault, chat, message};

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
        report.notes[0].text.contains("a guess: messages from Me"),
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
    // The direction of a message cannot be changed later, so a typing mistake is refused before anything is written.
    let vault = Vault::new();
    let path = vault.write("group.json", group.to_string());
    let (_, result) = vault.telegram_as(&path, Some("Bobb"));
    let error = result.unwrap_err();
    assert_eq!(
        error.to_string(),
        "no messages by “Bobb” in the export; nothing was imported"
    );
    assert!(matches!(error, ImportError::NoWriter(who) if who == "Bobb"));
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

/// One chat alone, from a full account, and alone again: each message exists once, whatever is known of the account.
#[test]
fn a_chat_alone_and_in_its_account_is_one() {
    let mut reply = by(3, json!("Ann"), json!("user7"));
    reply["reply_to_message_id"] = json!(1);
    let mut later = vec![
        by(1, json!("Ann"), json!("user7")),
        by(2, json!("Me"), json!("user1")),
        reply,
        json!({"type": "message", "date_unixtime": "5", "from": "Ann", "from_id": "user7", "text": "no id"}),
    ];
    let early = vec![later[0].clone()];
    let account = json!({"personal_information": {"user_id": 1}, "chats": {"list": [chat(&later)]}});
    let without_me: Vec<Value> = later.iter().filter(|one| one["id"] != 2).cloned().collect();
    for (first, second) in [
        (chat(&later), account.clone()),
        (account.clone(), chat(&later)),
        // Before the account's owner wrote in it, nothing shows whose it is.
        (chat(&early), account.clone()),
        (chat(&early), chat(&later)),
        (chat(&without_me), account.clone()),
    ] {
        let vault = Vault::new();
        vault.json(&first);
        vault.json(&second);
        assert_eq!(vault.messages().len(), 4, "{:?}", vault.texts());
        let report = vault.json(&second);
        assert_eq!((report.messages_imported, report.messages_known), (0, 4));
        let messages = vault.messages();
        let reply = messages
            .iter()
            .find_map(|message| message.reply_to.clone())
            .unwrap();
        assert!(
            messages.iter().any(|message| message.id == reply),
            "the answered message is here"
        );
    }
    // Another person's account, whose messages have the same numbers, keeps its own.
    let vault = Vault::new();
    vault.json(&chat(&early));
    later[0]["date_unixtime"] = json!("1600000000");
    let other = json!({"personal_information": {"user_id": 9}, "chats": {"list": [chat(&later[..1])]}});
    assert_eq!(vault.json(&other).messages_imported, 1);
}

#[test]
fn an_unknown_account_is_said_and_me_by_id_names_it() {
    let alone = chat(&[by(1, json!("Ann"), json!("user7"))]);
    let whole = json!({"personal_information": {"user_id": 1}, "chats": {"list": [
        chat(&[by(1, json!("Ann"), json!("user7")), by(2, json!("Me"), json!("user1"))])
    ]}});
    let says = |report: &Report| {
        report
            .notes
            .iter()
            .any(|note| note.text.contains("whose account"))
    };
    let vault = Vault::new();
    assert!(says(&vault.json(&alone)));
    assert!(!says(&vault.json(&whole)));
    let group = json!({"name": "Team", "type": "private_group", "id": 5, "messages": [
        by(1, json!("Ann"), json!("user7")), by(2, json!("Me"), json!("user1"))
    ]});
    let account = json!({"personal_information": {"user_id": 1}, "chats": {"list": [group.clone()]}});
    for me in ["user1", "1", "Me"] {
        let vault = Vault::new();
        vault.json(&account);
        let path = vault.write("group.json", group.to_string());
        let (report, result) = vault.telegram_as(&path, Some(me));
        result.unwrap();
        assert_eq!((report.messages_known, says(&report)), (2, false), "{me}");
    }
}

#[test]
fn chats_without_messages_and_the_list_of_contacts_are_counted() {
    let chats = [
        chat(&[]),
        json!({"name": "No list", "type": "personal_chat", "id": 8}),
        chat(&[message(1, "t")]),
    ];
    for (contacts, count) in [
        (json!({"about": "x", "list": [{"name": "A"}, 7, null]}), Some(3)),
        (json!([1, 2]), Some(2)),
        (json!(null), None),
        (json!({"list": "none"}), None),
    ] {
        let vault = Vault::new();
        let report = vault.json(&json!({"contacts": contacts, "chats": {"list": chats}}));
        let notes: Vec<&str> = report.notes.iter().map(|note| note.text.as_str()).collect();
        let notes = notes.join("\n");
        assert!(
            notes.contains("2 chats without messages were left out"),
            "{notes}"
        );
        let said = notes.contains("list of");
        assert_eq!(said, count.is_some(), "{notes}");
        if let Some(count) = count {
            assert!(notes.contains(&format!("list of {count} contacts")), "{notes}");
        }
        assert_eq!((report.messages_imported, report.contacts_imported), (1, 1));
    }
}

#[test]
fn removed_messages_stay_removed_and_make_no_empty_contact() {
    let vault = Vault::new();
    let mut messages = vec![message(1, "one"), message(2, "two")];
    vault.json(&chat(&messages));
    let ann: privatus_domain::ContactId = vault.store.read(|tx| tx.conversations(9)).unwrap()[0]
        .id
        .to_string()
        .parse()
        .unwrap();
    let remove = || {
        vault.store.write("remove", |tx| tx.contact_remove(&ann)).unwrap();
        vault.store.removals_sweep().unwrap();
    };
    remove();
    let report = vault.json(&chat(&messages));
    assert_eq!((report.messages_imported, report.messages_known), (0, 0));
    assert_eq!((report.messages_removed, report.contacts_imported), (2, 0));
    assert!(report.notes.iter().any(|note| note.text.contains("stay removed")));
    assert!(vault.store.read(|tx| tx.conversations(9)).unwrap().is_empty());
    // What is new is imported, with its contact.
    messages.push(message(3, "three"));
    let report = vault.json(&chat(&messages));
    assert_eq!(
        (
            report.messages_imported,
            report.messages_removed,
            report.contacts_imported
        ),
        (1, 2, 1)
    );
    assert_eq!(vault.texts(), ["three"]);

    // Our own export of a contact that was then removed.
    let export = vault.export();
    let path = vault.write("own.jsonl", &export);
    remove();
    let (report, result) = vault.own(&path);
    result.unwrap();
    assert_eq!((report.messages_imported, report.messages_known), (0, 0));
    assert_eq!((report.messages_removed, report.contacts_imported), (1, 0));
    assert!(vault.store.read(|tx| tx.conversations(9)).unwrap().is_empty());
}

#[test]
fn a_known_message_that_says_something_else_is_counted() {
    let vault = Vault::new();
    // The same id twice in one export.
    let report = vault.json(&chat(&[
        message(1, "one"),
        message(1, "another"),
        message(2, "two"),
    ]));
    assert_eq!(
        (
            report.messages_imported,
            report.messages_known,
            report.messages_differing
        ),
        (2, 1, 1)
    );
    // A later export with an edit.
    let mut edited = message(2, "two, edited");
    edited["edited_unixtime"] = json!("1700009999");
    let report = vault.json(&chat(&[message(1, "one"), edited]));
    assert_eq!((report.messages_known, report.messages_differing), (2, 1));
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.text.contains("another text or time of edit"))
    );
    assert_eq!(vault.texts(), ["one", "two"]);
    let report = vault.json(&chat(&[message(1, "one"), message(2, "two")]));
    assert_eq!((report.messages_known, report.messages_differing), (2, 0));
}
