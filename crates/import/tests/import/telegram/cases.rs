//! Realistic exports: small inputs, each modelled on a public report, and the result of each.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use privatus_import::Report;
use serde_json::{Value, json};

use crate::telegram::vault::Vault;

pub(crate) fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/telegram/cases")
        .join(format!("{name}.json"))
}

/// A file and the options typed with it: `--me`, `--timezone`.
type Typed<'a> = (&'a str, Option<&'a str>, &'a str);

/// Numbers of people and chats in the cases.
const NUMBERS: [&str; 11] = [
    "7", "11", "12", "22", "33", "44", "55", "66", "70", "71", "489000",
];

/// One vault for all: each row's people and chats have their own numbers.
fn of_row(text: &str, row: usize) -> String {
    let mut text = text.to_owned();
    for number in NUMBERS {
        for (before, behind) in [
            ("\"id\": ", ","),
            ("\"id\":", ","),
            ("\"id\": \"", "\""),
            ("\"user_id\": ", ","),
            ("\"user", "\""),
            ("\"chat", "\""),
            ("\"channel", "\""),
        ] {
            let new = format!("{before}{number}000{row:02}{behind}");
            text = text.replace(&format!("{before}{number}{behind}"), &new);
        }
    }
    text
}

/// Imports these one after the other, and returns what a person is told and what an export then contains.
fn told(vault: &Vault, row: usize, steps: &[Typed<'_>]) -> String {
    let mut told = String::new();
    let before = vault.export();
    let import = |(name, me, zone): &Typed<'_>| {
        let path = vault.write(
            "case.json",
            of_row(&std::fs::read_to_string(case(name)).unwrap(), row),
        );
        let me = me.map(|me| of_row(&format!("\"{me}\""), row).trim_matches('"').to_owned());
        vault.telegram_in(&path, me.as_deref(), zone, false)
    };
    for step in steps {
        let (name, me, zone) = step;
        let me = me.map(|me| format!(" --me {me}")).unwrap_or_default();
        let zone = if *zone == "UTC" {
            String::new()
        } else {
            format!(" --timezone {zone}")
        };
        writeln!(told, "# {name}{me}{zone}").unwrap();
        let (report, failed) = import(step);
        tell(&report, &mut told);
        if let Err(error) = failed {
            writeln!(told, "! {error}").unwrap();
        }
    }
    lines(&before, &vault.export(), &mut told);
    // Repeating the last command adds nothing; if it was the only one, it also finds no difference.
    let (again, result) = import(steps.last().unwrap());
    let new = (
        again.messages_imported,
        again.contacts_imported,
        again.groups_imported,
    );
    assert_eq!(new, (0, 0, 0), "{told}");
    let same = result.is_err() || steps.len() > 1 || again.messages_differing == 0;
    assert!(same, "{told}: {again:?}");
    told.replace(&format!("000{row:02}"), "")
}

fn tell(report: &Report, told: &mut String) {
    writeln!(
        told,
        "{} imported, {} known, {} differing ({} files, {} directions), {} removed, {} contacts, {} groups{}",
        report.messages_imported,
        report.messages_known,
        report.messages_differing,
        report.files_differing,
        report.directions_differing,
        report.messages_removed,
        report.contacts_imported,
        report.groups_imported,
        if report.partial { ", a part is missing" } else { "" }
    )
    .unwrap();
    for (reason, count) in &report.reasons {
        let missing = if report.missing.contains_key(reason) {
            " (missing)"
        } else {
            ""
        };
        writeln!(told, "- {count}: {reason}{missing}").unwrap();
    }
    for note in &report.notes {
        writeln!(told, "· {}", note.text).unwrap();
    }
}

/// The export without what differs between vaults: ids are replaced by the title of their chat, or the text of their
/// message.
fn lines(before: &str, export: &str, told: &mut String) {
    let known: HashSet<&str> = before.lines().collect();
    let records: Vec<Value> = export
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let find = |kind: &str, id: &Value, field: &str| {
        let found = records.iter().find(|one| one["type"] == kind && one["id"] == *id);
        found.map_or(json!("NOBODY'S"), |one| one[field].clone())
    };
    let mut chats: BTreeMap<String, String> = BTreeMap::new();
    let new = export
        .lines()
        .filter(|line| line.contains("\"type\":\"message\"") && !known.contains(line));
    for line in new {
        let mut record: Value = serde_json::from_str(line).unwrap();
        let fields = record.as_object_mut().unwrap();
        for gone in ["type", "id", "is_encrypted", "is_read", "sender_source"] {
            fields.remove(gone);
        }
        let own = fields.remove("conversation").unwrap();
        if let Some(reply) = fields.get_mut("reply_to") {
            *reply = find("message", reply, "text");
        }
        if let Some(contact) = fields.get_mut("sender_contact") {
            *contact = find("contact", contact, "display_name");
        }
        writeln!(chats.entry(own.to_string()).or_default(), "{record}").unwrap();
    }
    // Ids differ between vaults, so order by content.
    let mut chats: Vec<(String, String)> = chats
        .into_iter()
        .map(|(id, lines)| {
            let id: Value = serde_json::from_str(&id).unwrap();
            let (kind, title) = (
                find("conversation", &id, "kind"),
                find("conversation", &id, "title"),
            );
            (lines, format!("= {kind} {title}"))
        })
        .collect();
    chats.sort();
    for (lines, title) in chats {
        write!(told, "{title}\n{lines}").unwrap();
    }
}

#[test]
fn what_comes_of_each() {
    let alone = [
        "rich1",
        "rich3",
        "xesc_0c",
        "xesc_button",
        "xesc_single_name",
        "same_name_as_me",
        "same_name_first",
        "mig_reply",
        "noid_groups",
        "noid_people",
        "venue",
        "game",
        "invoice",
        "media",
        "author",
        "fwd_null",
        "flat_text",
        "nameless_chats",
        "equal_rev",
        "svc_unread",
        "dupkey",
        "nfd1",
        "chat_ids",
        "only_service",
    ];
    let mut rows: Vec<Vec<Typed<'_>>> = alone.iter().map(|name| vec![(*name, None, "UTC")]).collect();
    rows.extend([
        vec![("fold_edit", None, "Europe/Berlin")],
        vec![("unixnull", None, "America/New_York")],
        vec![
            ("me_mistake", Some("Bea"), "UTC"),
            ("me_mistake", Some("Ann"), "UTC"),
        ],
        vec![
            ("me_mistake", Some("Ann"), "UTC"),
            ("me_mistake", Some("Bea"), "UTC"),
        ],
        vec![("me_mistake", None, "UTC"), ("me_mistake", Some("user22"), "UTC")],
        vec![("renamed", None, "UTC"), ("renamed", Some("Ann"), "UTC")],
        vec![("two_anns_group", Some("Ann"), "UTC")],
        vec![("two_anns_group", Some("user12"), "UTC")],
        vec![("same_name_as_me", Some("Ann"), "UTC")],
        vec![("same_name_as_me", Some("user11"), "UTC")],
        vec![("late_media_a", None, "UTC"), ("late_media_b", None, "UTC")],
        vec![("late_media_b", None, "UTC"), ("late_media_a", None, "UTC")],
    ]);
    let vault = Vault::new();
    let told: Vec<String> = rows
        .iter()
        .zip(10..)
        .map(|(row, at)| told(&vault, at, row))
        .collect();
    insta::assert_snapshot!(told.concat());
    // Our own export contains all of it, and can be imported unchanged.
    let (export, other) = (vault.export(), Vault::new());
    other.own(&other.write("export.jsonl", &export)).1.unwrap();
    assert!(other.export() == export);
}

/// A direct chat, one of a basic group and one of a channel: the ids that every build gave them, derived here
/// independently.
#[test]
fn ids_are_what_they_were() {
    let vault = Vault::new();
    let chats: Vec<Value> = [
        (json!(22), "personal_chat", "user22", "11"),
        (json!(70), "private_group", "chat70", "11"),
        (json!(71), "private_supergroup", "channel71", ""),
        (Value::Null, "private_group", "chat Name", "11"),
        (json!(80), "saved_messages", "user80", "11"),
    ]
    .into_iter()
    .map(|(id, kind, peer, account)| {
        let messages = [
            json!({"id": 5, "type": "message", "date_unixtime": "1700000000", "from_id": "user22",
            "text": peer, "reply_to_message_id": account}),
        ];
        json!({"name": "Name", "id": id, "type": kind, "messages": messages})
    })
    .collect();
    vault.json(&json!({"personal_information": {"user_id": 11}, "chats": {"list": chats}}));
    let messages = vault.messages();
    assert_eq!(messages.len(), 5);
    for message in messages {
        let peer = message.body.as_ref().unwrap().as_text().to_owned();
        let account = if peer.starts_with("channel") { "" } else { "11" };
        let derive = |fields: &[&[u8]]| {
            vault
                .store
                .write("derive", |tx| {
                    Ok::<_, privatus_store::StoreError>(tx.derived_id(fields))
                })
                .unwrap()
        };
        let fields: [&[u8]; 5] = [b"telegram", b"message", account.as_bytes(), peer.as_bytes(), b"5"];
        assert_eq!(*message.id.as_id(), derive(&fields), "{peer}");
        let kind: &[u8] = if peer.starts_with("user") {
            b"contact"
        } else {
            b"group"
        };
        let chat = derive(&[b"telegram", kind, peer.as_bytes()]);
        assert_eq!(message.conversation.to_string(), chat.to_string(), "{peer}");
    }
}

/// The account is part of an id, and a wrong `--me` named another: each message stays one, whatever was said first.
#[test]
fn what_was_removed_comes_back_when_asked_and_can_be_put_right() {
    let vault = Vault::new();
    let file = case("me_mistake");
    let import = |me: &str, again: bool| {
        let (report, result) = vault.telegram_in(&file, Some(me), "UTC", again);
        result.unwrap();
        report
    };
    assert_eq!(import("Bea", false).messages_imported, 3);
    let ids =
        |vault: &Vault| -> Vec<String> { vault.messages().iter().map(|one| one.id.to_string()).collect() };
    let before = ids(&vault);
    let contact: privatus_domain::ContactId = vault.messages()[0].conversation.to_string().parse().unwrap();
    vault
        .store
        .write("remove", |tx| tx.contact_remove(&contact))
        .unwrap();
    vault.store.removals_sweep().unwrap();
    // Without a request it stays removed, under either name, and the report says how to get it back.
    let report = import("Ann", false);
    assert_eq!((report.messages_imported, report.messages_removed), (0, 3));
    assert!(vault.messages().is_empty());
    let report = import("Ann", true);
    assert_eq!(
        (
            report.messages_imported,
            report.messages_removed,
            report.contacts_imported
        ),
        (3, 0, 1)
    );
    assert_eq!(ids(&vault), before);
    let out = |vault: &Vault| -> Vec<bool> {
        vault
            .messages()
            .iter()
            .map(|one| one.direction == privatus_domain::Direction::Out)
            .collect()
    };
    assert_eq!(out(&vault), [false, false, true]);
    let report = import("Ann", false);
    assert_eq!(
        (
            report.messages_imported,
            report.messages_known,
            report.messages_differing
        ),
        (0, 3, 0)
    );
}
