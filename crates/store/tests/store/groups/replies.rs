//! What a message may answer.

use privatus_domain::{GroupKind, MessageId, NewMessage, ReplyState, Timestamp};

use crate::groups::{World, message_id, refused, sent, team};

fn answer(text: &str, to: &MessageId) -> NewMessage {
    NewMessage {
        reply_to: Some(to.clone()),
        ..sent(text)
    }
}

#[test]
fn a_reply_stays_in_its_conversation() {
    let world = World::new();
    let (chat, direct) = (world.group(GroupKind::Private, 9), "alice".parse().unwrap());
    let insert = |chat, message: &NewMessage| world.store.write("m", |tx| tx.message_insert(chat, message));
    let mut old = sent("old");
    for (month, time) in [
        ("old", "2024-02-01T00:00:00Z"),
        ("early", "1990-01-01T00:00:00Z"),
        ("late", "2031-01-01T00:00:00Z"),
    ] {
        old.id = message_id(month);
        old.at = Timestamp::parse(time).unwrap();
        insert(&chat, &old).unwrap();
        let reply = answer(&format!("to {month}"), &old.id);
        refused(insert(&direct, &reply), "in another conversation");
        let left = world.store.read(|tx| tx.reply_state(&reply.id)).unwrap();
        assert_eq!(left, ReplyState::Absent, "nothing of it is left");
        insert(&chat, &reply).unwrap();
    }
    // In one batch, too, and from a server.
    let batch = [sent("a"), answer("b", &message_id("a"))];
    let pairs: Vec<_> = [&direct, &chat]
        .map(Clone::clone)
        .into_iter()
        .zip(batch.clone())
        .collect();
    refused(
        world.store.write("m", |tx| tx.messages_receive(&pairs)),
        "in another conversation",
    );
    world
        .store
        .write("m", |tx| tx.messages_insert(&direct, &batch))
        .unwrap();
    // One that is known already is known, whatever it says.
    let known = world.store.write("m", |tx| {
        tx.message_insert(&chat, &answer("a", &message_id("old")))
    });
    assert!(!known.unwrap());
    world.is_content();
}

#[test]
fn a_reply_to_what_is_not_there_is_kept() {
    let world = World::new();
    let chat = world.group(GroupKind::Private, 9);
    let mut gone = sent("gone");
    gone.deleted_at = Some(gone.at);
    let insert = |message: &NewMessage| world.store.write("m", |tx| tx.message_insert(&chat, message));
    insert(&gone).unwrap();
    for (to, state) in [("gone", ReplyState::Deleted), ("never", ReplyState::Absent)] {
        let reply = answer(&format!("to {to}"), &message_id(to));
        insert(&reply).unwrap();
        let kept = world.store.read(|tx| tx.message_by_id(&reply.id)).unwrap();
        assert_eq!(kept.reply_to, Some(message_id(to)));
        assert_eq!(
            world.store.read(|tx| tx.reply_state(&message_id(to))).unwrap(),
            state
        );
    }
    // A removed conversation's messages keep their ids alone.
    let direct = "bob".parse().unwrap();
    world
        .store
        .write("m", |tx| tx.message_insert(&direct, &sent("removed")))
        .unwrap();
    world
        .store
        .write("m", |tx| tx.contact_remove(&"bob".parse().unwrap()))
        .unwrap();
    // Before they are swept, and after it.
    for reply in ["to hidden", "to removed"] {
        let removed = message_id("removed");
        let state = world.store.read(|tx| tx.reply_state(&removed)).unwrap();
        assert_eq!(state, ReplyState::Deleted);
        insert(&answer(reply, &removed)).unwrap();
        world.store.removals_sweep().unwrap();
    }
    // A history that was made elsewhere keeps what it says.
    let other = "alice".parse().unwrap();
    let foreign = answer("foreign", &message_id("gone"));
    let inserted = world
        .store
        .write("m", |tx| {
            tx.messages_import(&other, std::slice::from_ref(&foreign))
        })
        .unwrap();
    assert_eq!(inserted.added, 1);
    assert!(world.store.read(|tx| tx.group_by_id(&team())).is_ok());
    world.is_content();
}

/// Its row stands before it is refused, and the counters are behind it.
#[test]
fn nothing_is_kept_of_a_transaction_that_goes_on_after_a_refusal() {
    let world = World::new();
    let (chat, direct) = (world.group(GroupKind::Private, 9), "alice".parse().unwrap());
    let first = sent("first");
    world
        .store
        .write("m", |tx| tx.message_insert(&direct, &first))
        .unwrap();
    let reply = answer("elsewhere", &first.id);
    let kept = world.store.write("m", |tx| {
        refused(tx.message_insert(&chat, &reply), "in another conversation");
        tx.message_insert(&chat, &sent("after"))
    });
    refused(kept, "none of it was kept");
    for id in [&reply.id, &sent("after").id] {
        let state = world.store.read(|tx| tx.reply_state(id)).unwrap();
        assert_eq!(state, ReplyState::Absent);
    }
    world.is_content();
}
