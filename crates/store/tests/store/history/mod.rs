//! A history through the public API: written, paged, counted, locked and opened again.

mod found;

use privatus_domain::{
    Body, ConversationId, DisplayName, ImportedSender, MessageId, NewMessage, SenderRef, Timestamp,
};
use privatus_store::{Inserted, PageStart, Store, StoreError};

use crate::fixture::{assert_content, clock, contact, create, open};

struct Fixture {
    _folder: tempfile::TempDir,
    path: std::path::PathBuf,
    store: Store,
    chat: ConversationId,
}

fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let store = create(&path);
    let chat = contact(&store, "alice");
    Fixture {
        _folder: folder,
        path,
        store,
        chat,
    }
}

fn message(id: &str, at: &str) -> NewMessage {
    let body = Body::text(format!("text of {id}")).unwrap();
    let sender = SenderRef::Contact("alice".parse().unwrap());
    NewMessage::received(id.parse().unwrap(), sender, body, Timestamp::parse(at).unwrap())
}

fn ids(store: &Store, chat: &ConversationId, start: &PageStart, limit: usize) -> Vec<String> {
    let page = store.read(|tx| tx.messages_page(chat, start, limit)).unwrap();
    page.messages
        .iter()
        .map(|message| message.id.to_string())
        .collect()
}

#[test]
fn pages_walk_all_months_in_order_both_ways() {
    let f = fixture();
    let times = [
        "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "1999-12-31T23:59:59.999Z",
        "2000-01-01T00:00:00Z",
        "2024-12-31T23:59:59.999Z",
        "2025-01-01T00:00:00Z",
        "2025-06-15T12:00:00Z",
        "2025-06-15T12:00:00Z",
        "2025-07-01T00:00:00Z",
        "2026-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999Z",
    ];
    let mut batch: Vec<NewMessage> = times
        .iter()
        .enumerate()
        .map(|(i, at)| message(&format!("m{i:02}"), at))
        .collect();
    // Out of order, but the two of one instant in theirs.
    batch.swap(0, 10);
    batch.swap(3, 9);
    let inserted = f
        .store
        .write("batch", |tx| tx.messages_insert(&f.chat, &batch))
        .unwrap();
    assert_eq!(
        inserted,
        Inserted {
            added: 11,
            ..Inserted::default()
        }
    );

    let all: Vec<String> = (0..11).rev().map(|i| format!("m{i:02}")).collect();
    assert_eq!(ids(&f.store, &f.chat, &PageStart::Newest, 100), all);
    for size in [1, 2, 3, 10, 11] {
        let mut back = Vec::new();
        let mut start = PageStart::Newest;
        loop {
            let page = f
                .store
                .read(|tx| tx.messages_page(&f.chat, &start, size))
                .unwrap();
            back.extend(page.messages.iter().map(|message| message.id.to_string()));
            let Some(last) = page.messages.last().filter(|_| page.has_older) else {
                break;
            };
            start = PageStart::Before(last.id.clone());
        }
        assert_eq!(back, all, "backwards by {size}");
        let mut forth = Vec::new();
        let mut start = PageStart::Oldest;
        loop {
            let page = f
                .store
                .read(|tx| tx.messages_page(&f.chat, &start, size))
                .unwrap();
            forth.extend(page.messages.iter().rev().map(|message| message.id.to_string()));
            let Some(first) = page.messages.first().filter(|_| page.has_newer) else {
                break;
            };
            start = PageStart::After(first.id.clone());
        }
        forth.reverse();
        assert_eq!(forth, all, "forwards by {size}");
    }
    let middle: MessageId = "m05".parse().unwrap();
    assert_eq!(
        ids(&f.store, &f.chat, &PageStart::Around(middle.clone()), 5),
        ["m07", "m06", "m05", "m04", "m03"]
    );
    assert_eq!(ids(&f.store, &f.chat, &PageStart::Around(middle), 1), ["m05"]);
    // At each moment, and at those beside it, all months are parted in two, whatever the end of time they lie in.
    for at in times {
        let at = Timestamp::parse(at).unwrap().unix_ms();
        for at in [at - 1, at, at + 1] {
            let Ok(at) = Timestamp::from_unix_ms(at) else {
                continue;
            };
            let older = times
                .iter()
                .filter(|time| Timestamp::parse(time).unwrap() < at)
                .count();
            let (newer, rest) = all.split_at(all.len() - older);
            assert_eq!(
                ids(&f.store, &f.chat, &PageStart::AfterTime(at), 100),
                newer,
                "{at}"
            );
            assert_eq!(
                ids(&f.store, &f.chat, &PageStart::BeforeTime(at), 100),
                rest,
                "{at}"
            );
            assert_eq!(
                ids(&f.store, &f.chat, &PageStart::AroundTime(at), 100),
                all,
                "{at}"
            );
            for limit in [1, 2, 5] {
                let read = |start| {
                    f.store
                        .read(|tx| tx.messages_page(&f.chat, &start, limit))
                        .unwrap()
                };
                let page = read(PageStart::AfterTime(at));
                assert_eq!(page.messages.len(), newer.len().min(limit), "{at}");
                assert_eq!(
                    (page.has_newer, page.has_older),
                    (newer.len() > limit, older > 0),
                    "{at}"
                );
                let page = read(PageStart::BeforeTime(at));
                assert_eq!(page.messages.len(), older.min(limit), "{at}");
                assert_eq!(
                    (page.has_newer, page.has_older),
                    (!newer.is_empty(), older > limit),
                    "{at}"
                );
                let page = read(PageStart::AroundTime(at));
                let first = newer.len().min(limit.div_ceil(2));
                assert_eq!(page.messages.len(), first + older.min(limit - first), "{at}");
                assert_eq!(page.has_newer, newer.len() > first, "{at}");
            }
        }
    }
    assert_content(&f.store);
}

#[test]
fn a_second_insert_adds_nothing() {
    let f = fixture();
    let batch: Vec<NewMessage> = (0..50)
        .map(|i| message(&format!("id {i}"), "2025-01-01T00:00:00Z"))
        .collect();
    f.store
        .write("batch", |tx| tx.messages_insert(&f.chat, &batch))
        .unwrap();
    let again = f
        .store
        .write("batch", |tx| tx.messages_insert(&f.chat, &batch))
        .unwrap();
    assert_eq!(
        again,
        Inserted {
            known: 50,
            ..Inserted::default()
        }
    );
    let chat = f.store.read(|tx| tx.conversation_by_id(&f.chat)).unwrap();
    assert_eq!((chat.messages, chat.unread), (50, 50));
}

#[test]
fn a_hundred_thousand_messages_of_one_instant_keep_their_order() {
    let f = fixture();
    let at = "2025-01-01T00:00:00Z";
    for start in (0..100_000).step_by(5_000) {
        let batch: Vec<NewMessage> = (start..start + 5_000)
            .map(|i| message(&format!("m{i}"), at))
            .collect();
        f.store
            .write("batch", |tx| tx.messages_insert(&f.chat, &batch))
            .unwrap();
    }
    let newest: Vec<String> = (99_990..100_000).rev().map(|i| format!("m{i}")).collect();
    assert_eq!(ids(&f.store, &f.chat, &PageStart::Newest, 10), newest);
    let cursor = PageStart::Before("m50000".parse().unwrap());
    assert_eq!(ids(&f.store, &f.chat, &cursor, 2), ["m49999", "m49998"]);
    assert_eq!(
        f.store
            .read(|tx| tx.message_by_id(&"m2049".parse().unwrap()))
            .unwrap()
            .at
            .to_rfc3339(),
        "2025-01-01T00:00:00.000Z"
    );
    assert_content(&f.store);
}

#[test]
fn large_and_empty_bodies_come_back() {
    let f = fixture();
    let texts = [
        String::new(),
        "é".repeat(4_096),
        "x".repeat(1_048_576),
        "\u{1F600}\0\u{202e}".into(),
    ];
    for (i, text) in texts.iter().enumerate() {
        let mut new = message(&format!("m{i}"), "2025-01-01T00:00:00Z");
        new.body = Body::text(text.clone()).unwrap();
        f.store
            .write("send", |tx| tx.message_insert(&f.chat, &new))
            .unwrap();
        let read = f.store.read(|tx| tx.message_by_id(&new.id)).unwrap();
        assert_eq!(read.body.unwrap().as_text(), text);
    }
    assert_content(&f.store);
}

#[test]
fn counters_follow_reading_and_tombstones() {
    let f = fixture();
    let mut batch: Vec<NewMessage> = (0..10)
        .map(|i| message(&format!("m{i}"), &format!("2025-01-01T00:00:0{i}Z")))
        .collect();
    batch[9].deleted_at = Some(clock());
    f.store
        .write("batch", |tx| tx.messages_insert(&f.chat, &batch))
        .unwrap();
    let unread = |f: &Fixture| {
        let chat = f.store.read(|tx| tx.conversation_by_id(&f.chat)).unwrap();
        (chat.messages, chat.unread, chat.last_message.unwrap().to_string())
    };
    assert_eq!(unread(&f), (9, 9, "m8".into()));
    let marked = f
        .store
        .write("read", |tx| {
            tx.conversation_mark_read(&f.chat, Some(&"m3".parse().unwrap()))
        })
        .unwrap();
    assert_eq!(marked, 4);
    assert_eq!(unread(&f).1, 5);
    assert_content(&f.store);
    f.store
        .write("read", |tx| tx.conversation_mark_read(&f.chat, None))
        .unwrap();
    assert_eq!(unread(&f).1, 0);
    assert_content(&f.store);
    let deleted = f
        .store
        .read(|tx| tx.message_by_id(&"m9".parse().unwrap()))
        .unwrap();
    assert!(deleted.body.is_none());
}

#[test]
fn a_removed_contact_takes_its_messages_and_leaves_their_ids() {
    let f = fixture();
    let batch: Vec<NewMessage> = (0..1_200)
        .map(|i| message(&format!("m{i}"), "2025-01-01T00:00:00Z"))
        .collect();
    f.store
        .write("batch", |tx| tx.messages_insert(&f.chat, &batch))
        .unwrap();
    f.store
        .write("remove", |tx| tx.contact_remove(&"alice".parse().unwrap()))
        .unwrap();
    assert!(
        f.store.read(|tx| tx.conversations(10)).unwrap().is_empty(),
        "hidden at once"
    );
    assert!(f.store.read(|tx| tx.message_by_id(&batch[0].id)).is_err());
    assert_eq!(f.store.removals_sweep().unwrap(), 1_200);
    assert_content(&f.store);
    let chat = contact(&f.store, "alice");
    let again = f
        .store
        .write("batch", |tx| tx.messages_insert(&chat, &batch))
        .unwrap();
    assert_eq!(
        again,
        Inserted {
            added: 0,
            known: 1_200,
            removed: 1_200,
            blocked: 0
        },
        "not raised from the dead"
    );
}

#[test]
fn a_rolled_back_month_leaves_no_key_behind() {
    let f = fixture();
    let failed: Result<(), StoreError> = f.store.write("fails", |tx| {
        tx.message_insert(&f.chat, &message("lost", "2025-01-01T00:00:00Z"))?;
        Err(StoreError::Interrupted)
    });
    assert!(failed.is_err());
    f.store
        .write("other month", |tx| {
            tx.message_insert(&f.chat, &message("kept", "2025-02-01T00:00:00Z"))
        })
        .unwrap();
    f.store
        .write("first month", |tx| {
            tx.message_insert(&f.chat, &message("late", "2025-01-01T00:00:00Z"))
        })
        .unwrap();
    assert_eq!(ids(&f.store, &f.chat, &PageStart::Newest, 10), ["kept", "late"]);
    let path = f.path.clone();
    f.store.close().unwrap();
    let store = open(&path);
    assert_eq!(ids(&store, &f.chat, &PageStart::Newest, 10), ["kept", "late"]);
    assert_content(&store);
}

#[test]
fn imported_senders_keep_their_names() {
    let f = fixture();
    let sender = |id: u8, name: &str| {
        SenderRef::Imported(ImportedSender {
            source_id: [id; 16],
            name: DisplayName::new(name).unwrap(),
        })
    };
    for (i, sender) in [sender(1, "Bob"), sender(2, "Bob"), sender(1, "Bob")]
        .into_iter()
        .enumerate()
    {
        let mut new = message(&format!("m{i}"), "2025-01-01T00:00:00Z");
        new.sender = sender;
        f.store
            .write("send", |tx| tx.message_insert(&f.chat, &new))
            .unwrap();
    }
    let page = f
        .store
        .read(|tx| tx.messages_page(&f.chat, &PageStart::Newest, 10))
        .unwrap();
    let names: Vec<_> = page
        .messages
        .iter()
        .map(|m| m.sender.as_ref().and_then(|s| s.name()).unwrap())
        .collect();
    assert_eq!(names, ["Bob"; 3]);
    assert_eq!(page.messages[0].sender, page.messages[2].sender);
    assert_ne!(page.messages[0].sender, page.messages[1].sender);
}
