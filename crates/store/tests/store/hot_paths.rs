//! Hot paths prepare their statements once a connection.

use privatus_domain::{Body, MessageId, NewMessage, SenderRef, Timestamp};
use privatus_store::{PageStart, Store, StoreError, VaultOptions};

use crate::fixture::{clock, contact, password};

#[test]
fn a_thousand_sends_pages_and_reads_prepare_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let options = VaultOptions {
        clock: Some(clock),
        readers: 1,
        ..VaultOptions::cheap_for_tests()
    };
    let password = password();
    let (store, _) = Store::create(&folder.path().join("vault"), &password, &options).unwrap();
    let chat = contact(&store, "alice");
    let mut ids: Vec<MessageId> = Vec::new();
    let mut send = |i: i64| {
        let at = Timestamp::from_unix_ms(1_735_689_600_000 + i * 1_000).unwrap();
        let id = store
            .write("send", |tx| {
                let id = MessageId::new(tx.new_id()?);
                let body = Body::text(format!("message {i}"))?;
                let message = if i % 2 == 0 {
                    NewMessage::sent(id.clone(), body, at)
                } else {
                    NewMessage::received(id.clone(), SenderRef::Contact("alice".parse()?), body, at)
                };
                tx.message_insert(&chat, &message)?;
                Ok::<_, StoreError>(id)
            })
            .unwrap();
        ids.push(id);
    };
    let read = |id: &MessageId| {
        let page = store
            .read(|tx| tx.messages_page(&chat, &PageStart::Newest, 50))
            .unwrap();
        let before = PageStart::Before(page.messages.last().unwrap().id.clone());
        store.read(|tx| tx.messages_page(&chat, &before, 50)).unwrap();
        store.read(|tx| tx.message_by_id(id)).unwrap();
    };
    let prepared = || store.work_done().unwrap().statements_prepared;
    // The first calls switch the counting on and prepare what there is.
    prepared();
    (0..10).for_each(&mut send);
    let first = "0190163d-8694-739b-aea5-966c26f8ad91"
        .parse::<MessageId>()
        .unwrap();
    assert!(store.read(|tx| tx.message_by_id(&first)).is_err());
    let warm = prepared();
    assert!(warm > 5, "counting works: {warm}");
    (10..1_010).for_each(&mut send);
    let sends = prepared() - warm;
    ids.iter().take(3).for_each(&read);
    let warm = prepared();
    ids.iter().take(1_000).for_each(&read);
    let reads = prepared() - warm;
    assert_eq!(
        (sends, reads),
        (0, 0),
        "statements prepared by 1,000 sends, and by 2,000 pages and 1,000 reads by id"
    );
}
