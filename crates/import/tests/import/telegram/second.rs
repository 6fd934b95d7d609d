//! A second import: what stays away, what is reported once, and what is reported about known messages that differ.

use privatus_domain::{ContactId, GroupId};
use privatus_import::Report;
use serde_json::{Value, json};

use crate::telegram::cases::case;
use crate::telegram::vault::{Vault, chat, message};

fn notes(report: &Report) -> Vec<&str> {
    report.notes.iter().map(|note| note.text.as_str()).collect()
}

fn groups(vault: &Vault) -> Vec<String> {
    let chats = vault.store.read(|tx| tx.conversations(99)).unwrap();
    chats.into_iter().map(|chat| chat.title).collect()
}

#[test]
fn a_removed_group_stays_away_as_a_contact_does() {
    for (name, me) in [("two_anns_group", Some("user11")), ("mig_reply", None)] {
        let vault = Vault::new();
        let import = |again: bool| {
            let (report, result) = vault.telegram_in(&case(name), me, "UTC", again);
            result.unwrap();
            report
        };
        let first = import(false);
        let (made, titles) = (first.groups_imported, groups(&vault));
        assert!(made > 0, "{name}");
        let chats = vault.store.read(|tx| tx.conversations(99)).unwrap();
        for chat in chats {
            let id = chat.id.to_string();
            let (group, contact): (GroupId, ContactId) = (id.parse().unwrap(), id.parse().unwrap());
            let removed = vault.store.write("remove", |tx| match tx.group_by_id(&group) {
                Ok(_) => {
                    let own = tx.own_id();
                    tx.group_remove(&group, &own)
                }
                Err(_) => tx.contact_remove(&contact),
            });
            removed.unwrap();
        }
        vault.store.removals_sweep().unwrap();
        // Twice, because the first must not leave anything that makes the second take it for known.
        for _ in 0..2 {
            let report = import(false);
            assert_eq!(
                (
                    report.groups_imported,
                    report.messages_imported,
                    report.messages_removed
                ),
                (0, 0, first.messages_imported),
                "{name}"
            );
            assert!(groups(&vault).is_empty(), "{name}");
        }
        assert_eq!(import(true).groups_imported, made, "{name}");
        let (mut back, mut before) = (groups(&vault), titles);
        back.sort();
        before.sort();
        assert_eq!(back, before, "{name}");
    }
}

#[test]
fn what_came_with_known_messages_is_told_once() {
    let vault = Vault::new();
    let mut marked = message(1, "marked\u{1}");
    marked["reactions"] = json!([{"emoji": "x"}]);
    marked["edited_unixtime"] = json!("1600000000");
    marked["reply_to_peer_id"] = json!([1]);
    marked["novelty"] = json!("x".repeat(20_000));
    let write = |messages: &[Value]| {
        let text = chat(messages).to_string().replace("\\u0001", "\\x01");
        vault.telegram(&vault.write("export.json", text))
    };
    let first = write(std::slice::from_ref(&marked));
    for wanted in [
        "kept with their messages: reactions (1)",
        "too large to keep were left out: novelty (1)",
        "1 message was imported without its edit time, which is earlier than the message",
        "1 message imported without reply_to_peer_id, which could not be read",
        "1 character in the file is written in a form that is not JSON, such as \\x0C, and read as intended",
    ] {
        assert!(
            notes(&first).iter().any(|note| note.ends_with(wanted)),
            "{wanted}: {:?}",
            notes(&first)
        );
    }
    let second = write(std::slice::from_ref(&marked));
    assert_eq!(second.messages_known, 1);
    let about: Vec<&str> = notes(&second);
    for gone in ["kept", "left out", "imported without", "character"] {
        assert!(!about.iter().any(|note| note.contains(gone)), "{gone}: {about:?}");
    }
    // Only new ones count.
    let mut another = message(2, "another");
    another["reactions"] = json!([{"emoji": "y"}]);
    let third = write(&[marked, another]);
    let about = notes(&third);
    assert!(
        about
            .iter()
            .any(|note| note.ends_with("kept with their messages: reactions (1)")),
        "{about:?}"
    );
    assert!(
        about
            .iter()
            .any(|note| note.ends_with("this includes known messages")),
        "{about:?}"
    );
}

#[test]
fn known_messages_with_other_fields_are_counted_by_name() {
    let vault = Vault::new();
    let of = |other: bool| {
        let pick = |one: Value, two: Value| if other { two } else { one };
        let mut reactions = message(1, "one");
        reactions["reactions"] = pick(json!([1]), json!([1, 2]));
        let mut formatting = message(2, "two");
        formatting["text"] = json!([{"type": pick(json!("bold"), json!("italic")), "text": "two"}]);
        let mut forwarded = message(3, "three");
        forwarded["forwarded_from"] = pick(json!("Bea"), json!("Cem"));
        let mut reply = message(4, "four");
        reply["reply_to_message_id"] = pick(json!(1), json!(2));
        let mut poll = message(5, "");
        poll["poll"] =
            json!({"question": "q", "answers": [{"text": "a", "voters": pick(json!(1), json!(2))}]});
        let mut file = message(6, "six");
        file["file"] = json!("files/a.pdf");
        file["file_size"] = pick(json!(1), json!(2));
        chat(&[reactions, formatting, forwarded, reply, poll, file])
    };
    vault.json(&of(false));
    let same = vault.json(&of(false));
    assert_eq!((same.messages_known, same.messages_differing), (6, 0), "{same:?}");
    let before = vault.export();
    let report = vault.json(&of(true));
    assert_eq!((report.messages_known, report.messages_differing), (6, 6));
    let wanted = "known messages have different fields in the source; the vault's version is kept: \
                  file_size (1), formatting (1), forwarded_from (1), poll (1), reactions (1), reply (1)";
    assert!(notes(&report).contains(&wanted), "{:?}", notes(&report));
    assert!(vault.export() == before);
}
