//! The export: every value that the store can write is restored, and a damaged file is reported by name.

mod damaged;

use std::fs;
use std::path::Path;

use privatus_domain::{
    Attributes, Body, ContactId, ContactState, ConversationId, Direction, DisplayName, GroupId, GroupKind,
    ImportedSender, Media, MemberLimit, MessageId, NewContact, NewGroup, NewMember, NewMessage,
    ProfilePicture, PublicKey, SenderRef, SettingKey, Timestamp,
};
use privatus_import::privatus::{self, Trust, Vouched};
use privatus_import::{ImportError, Report};
use privatus_store::{Password, Store, StoreError, VaultOptions};
use proptest::prelude::*;
use serde_json::{Value, json};

fn vault(path: &Path) -> Store {
    let password = Password::new(privatus_tests::PASSWORD).unwrap();
    Store::create(path, &password, &VaultOptions::cheap_for_tests())
        .unwrap()
        .0
}

fn export(store: &Store) -> String {
    let mut out = Vec::new();
    privatus::export(store, &mut out, &mut |_| true).unwrap();
    String::from_utf8(out).unwrap()
}

fn import(store: &Store, path: &Path) -> (Report, Result<(), ImportError>) {
    let mut report = Report::new("privatus");
    let result = privatus::import(store, path, Trust::Content, &mut report, &mut |_| true);
    (report, result)
}

/// With the rights that the export gives.
fn import_vouched(store: &Store, path: &Path) -> (Report, Result<(), ImportError>) {
    let mut report = Report::new("privatus");
    let vouched = Vouched::read(path, &mut |_| true).unwrap();
    let trust = Trust::Vouched(&vouched);
    let result = privatus::import(store, path, trust, &mut report, &mut |_| true);
    (report, result)
}

#[derive(Debug, Clone)]
struct Msg {
    chat: usize,
    at: i64,
    kind: u8,
    edited: Option<u32>,
    deleted: Option<u32>,
    reply: Option<u8>,
    text: String,
    size: usize,
    rich: u8,
    flags: u8,
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => any::<String>(),
        1 => Just(String::new()),
        1 => Just("\0\u{1b}[2J\u{202e}\"\\\u{feff}日本👩‍👩‍👧".to_owned()),
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![3 => "\\PC{1,12}", 1 => Just("x".to_owned()), 1 => Just("\u{1b}]0;a\u{7}\n".to_owned())]
}

fn msg() -> impl Strategy<Value = Msg> {
    let at = prop_oneof![
        4 => 1_704_000_000_000_i64..1_712_000_000_000,
        2 => Just(1_704_067_200_000),
        1 => Just(Timestamp::MIN.unix_ms()),
        1 => Just(Timestamp::MAX.unix_ms()),
        1 => Just(0),
        1 => Just(-1),
    ];
    let parts = (
        0..6_usize,
        at,
        0..5_u8,
        any::<Option<u32>>(),
        any::<Option<u32>>(),
    );
    let rest = (any::<Option<u8>>(), text(), 0..60_usize, 0..16_u8, 0..4_u8);
    (parts, rest).prop_map(
        |((chat, at, kind, edited, deleted), (reply, text, size, rich, flags))| Msg {
            chat,
            at,
            kind,
            edited,
            // Most messages are not deleted.
            deleted: deleted.filter(|at| at % 4 == 0),
            reply,
            text,
            // A few are large enough for `message_content`.
            size: if size == 0 { 20_000 } else { 1 },
            rich,
            flags,
        },
    )
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(ms.clamp(Timestamp::MIN.unix_ms(), Timestamp::MAX.unix_ms())).unwrap()
}

fn new_message(number: usize, msg: &Msg) -> NewMessage {
    // Ids of both forms, foreign ones with characters of all kinds.
    let id = |number: usize| -> MessageId {
        match number % 3 {
            0 => format!("0190163d-8694-739b-aea5-{number:012x}"),
            1 => format!("message\u{1b} № {number}"),
            _ => format!("{number}{}", "長".repeat(900)),
        }
        .parse()
        .unwrap()
    };
    let direction = if msg.kind == 0 {
        Direction::Out
    } else {
        Direction::In
    };
    let source = |number: u8, name: &str| {
        SenderRef::Imported(ImportedSender {
            source_id: [number; 16],
            name: DisplayName::new(name).unwrap(),
        })
    };
    let media = Media {
        kind: "photo".into(),
        path: (msg.rich & 2 != 0).then(|| "photos/1.jpg".into()),
        name: (msg.rich & 4 != 0).then(|| msg.text.clone()),
        mime: (msg.rich & 2 != 0).then(|| "image/jpeg".into()),
        size: (msg.rich & 4 != 0).then_some(u64::MAX),
        details: (msg.rich & 8 != 0).then(|| json!({"lat": 1.1, "deep": [[[null, -0.5e-7]]]})),
    };
    let attributes = Attributes {
        media: (msg.rich & 1 != 0).then_some(media),
        forwarded_from: (msg.rich & 2 != 0).then(|| msg.text.clone()),
        entities: (msg.rich & 8 != 0).then(|| json!([{"type": "bold", "text": msg.text}])),
    };
    NewMessage {
        id: id(number),
        direction,
        sender: match msg.kind {
            1 => SenderRef::Contact("both".parse().unwrap()),
            2 => source(1, "Imported"),
            3 => source(2, "\u{1b}[1mBold\u{0}"),
            _ => SenderRef::Nobody,
        },
        body: Body::new(
            msg.text.repeat(msg.size.min(1_048_576 / msg.text.len().max(1))),
            attributes,
        )
        .unwrap(),
        at: at(msg.at),
        edited_at: msg.edited.map(|after| at(msg.at + i64::from(after))),
        deleted_at: msg.deleted.map(|after| at(msg.at + i64::from(after))),
        reply_to: msg.reply.map(|other| id(other.into())),
        was_encrypted: msg.flags & 1 != 0,
        is_read: msg.flags & 2 != 0,
    }
}

/// Contacts and groups of every kind; `both` is the id of a contact and of a group, so one conversation has another id.
fn people(store: &Store, names: &[String], group_first: bool) -> Vec<ConversationId> {
    let moment = |ms| Timestamp::from_unix_ms(ms).unwrap();
    let contact = |id: &str, number: usize, key: Vec<u8>, seen| {
        let new = NewContact {
            id: id.parse::<ContactId>().unwrap(),
            display_name: DisplayName::lenient(&names[number % names.len()], "Unnamed"),
            public_key: PublicKey::kept(key).unwrap(),
            is_verified: number == 0,
            added_at: moment(number as i64 * 1_234_567_890_123),
            last_seen: seen,
        };
        store.write("test", |tx| tx.contact_create(&new)).unwrap()
    };
    let group = |id: &str, number: usize, kind, members: &[&str]| {
        let name = DisplayName::lenient(&names[number % names.len()], "Unnamed");
        let created_at = moment(number as i64 * 1_000 + 1);
        let new = NewGroup {
            limit: MemberLimit::new(2 + number as u32 * 30_000).unwrap(),
            ..NewGroup::new(id.parse::<GroupId>().unwrap(), name, kind, created_at)
        };
        store
            .write("test", |tx| {
                let chat = tx.group_create(&new)?;
                let members: Vec<NewMember> = members
                    .iter()
                    .map(|id| {
                        let name = DisplayName::lenient(&names[0], "Unnamed");
                        NewMember::new(id.parse().unwrap(), name)
                    })
                    .collect();
                tx.group_members_add(&new.id, &members)?;
                Ok::<_, StoreError>(chat)
            })
            .unwrap()
    };
    let mut chats = Vec::new();
    if group_first {
        chats.push(group("both", 0, GroupKind::Secret, &[]));
    }
    chats.push(contact("both", 0, vec![0xfb; 33], Some(moment(1))));
    chats.push(contact(
        "0190163d-8694-739b-aea5-966c26f8ad91",
        1,
        Vec::new(),
        None,
    ));
    if !group_first {
        chats.push(group("both", 0, GroupKind::Secret, &["both"]));
    }
    chats.push(group(
        "g2",
        1,
        GroupKind::Public,
        &["both", "0190163d-8694-739b-aea5-966c26f8ad91"],
    ));
    chats.push(group("\u{1b}g3", 2, GroupKind::Private, &[]));
    chats.push(contact("gone", 3, vec![1], None));
    chats
}

/// What contacts have in addition to what they were created with; one is blocked, which does not affect earlier
/// messages.
fn states(names: &[String]) -> [(ContactId, ContactState); 2] {
    let both = ContactState {
        is_online: true,
        profile_picture: ProfilePicture::new(names[0].as_str()).ok(),
        blocked_at: Some(Timestamp::from_unix_ms(1).unwrap()),
        muted_until: None,
    };
    let other = ContactState {
        muted_until: Some(Timestamp::MAX),
        ..ContactState::default()
    };
    let id = |id: &str| id.parse().unwrap();
    [
        (id("both"), both),
        (id("0190163d-8694-739b-aea5-966c26f8ad91"), other),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_value_comes_back(
        names in prop::collection::vec(name(), 1..5),
        messages in prop::collection::vec(msg(), 0..40),
        settings in prop::collection::vec((text(), any::<i64>(), any::<f64>()), 0..4),
        group_first in any::<bool>(),
        removed in any::<bool>(),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let first = vault(&dir.path().join("first"));
        let chats = people(&first, &names, group_first);
        for (number, msg) in messages.iter().enumerate() {
            let new = new_message(number, msg);
            let chat = &chats[msg.chat % chats.len()];
            // As a history: its replies may answer what is in another conversation.
            first.write("test", |tx| tx.messages_import(chat, std::slice::from_ref(&new))).unwrap();
        }
        for (number, (text, whole, real)) in settings.iter().enumerate() {
            let key = SettingKey::kept(format!("key {number}")).unwrap();
            let real = if real.is_finite() { *real } else { 0.1 };
            let value: Value = json!({ "text": text, "whole": whole, "real": real, "list": [null, u64::MAX, true] });
            let scope = if number % 2 == 0 { "" } else { "user\u{202e}" };
            let updated = at(number as i64 * 77_777_777_777);
            first.write("test", |tx| tx.setting_restore(scope, &key, &value, updated)).unwrap();
        }
        for (id, state) in states(&names) {
            first.write("test", |tx| tx.contact_restore(&id, &state)).unwrap();
        }
        if removed {
            first.write("test", |tx| tx.contact_remove(&"gone".parse().unwrap())).unwrap();
            first.removals_sweep().unwrap();
        }

        let out = export(&first);
        prop_assert_eq!(&out, &export(&first), "an unchanged vault gives the same bytes");
        let file = dir.path().join("export.jsonl");
        fs::write(&file, &out).unwrap();
        let second = vault(&dir.path().join("second"));
        let (report, result) = import_vouched(&second, &file);
        result.unwrap();
        let again = export(&second);
        for (left, right) in out.lines().zip(again.lines()) {
            prop_assert_eq!(left, right);
        }
        prop_assert_eq!(out.len(), again.len());
        let found = second.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
        prop_assert!(found.is_content(), "{:?}", found.problems);
        // A second import adds nothing.
        let (repeated, result) = import_vouched(&second, &file);
        result.unwrap();
        prop_assert_eq!(repeated.messages_imported + repeated.contacts_imported, 0);
        prop_assert_eq!(repeated.messages_known, report.messages_imported);
        prop_assert_eq!(&export(&second), &out);
    }
}
