//! What the store says of conversations and messages.

use std::collections::BTreeMap;

use privatus_domain::{ConversationId, MessageId, ReplyState, Sender};
use privatus_store::{PageStart, Store, StoreError};

use super::{IDS, Known, anonymous_id, text};
use crate::machine::model::Model;
use crate::machine::world::{contact_id, message_id, page_opened};

/// All messages of a chat, page by page, oldest first.
fn walk(store: &Store, chat: &ConversationId, backwards: bool, size: usize) -> Vec<privatus_domain::Message> {
    let mut all = Vec::new();
    let mut start = if backwards {
        PageStart::Newest
    } else {
        PageStart::Oldest
    };
    loop {
        if start == PageStart::Newest {
            page_opened();
        }
        let page = store.read(|tx| tx.messages_page(chat, &start, size)).unwrap();
        let mut messages = page.messages;
        let next = if backwards {
            let last = messages.last().filter(|_| page.has_older);
            last.map(|last| PageStart::Before(last.id.clone()))
        } else {
            let first = messages.first().filter(|_| page.has_newer);
            first.map(|first| PageStart::After(first.id.clone()))
        };
        if backwards {
            all.append(&mut messages);
        } else {
            all.extend(messages.into_iter().rev());
        }
        match next {
            Some(next) => start = next,
            None => break,
        }
    }
    if backwards {
        all.reverse();
    }
    all
}

pub(crate) fn compare(store: &Store, model: &Model) {
    let list = store.read(|tx| tx.conversations(100)).unwrap();
    // Newest first; without messages last; equal times by the conversation's number, the younger first.
    let mut order: Vec<(Option<i64>, usize, &String)> = model
        .chats
        .iter()
        .map(|(name, chat)| (chat.last.map(|(at, _)| at), chat.number, name))
        .collect();
    order.sort();
    order.reverse();
    let peers = list.iter().map(|chat| chat.peer.as_ref().unwrap().to_string());
    let expected: Vec<String> = order.iter().map(|(.., name)| (*name).clone()).collect();
    assert_eq!(peers.collect::<Vec<_>>(), expected, "the chat list");
    for chat in &list {
        let name = chat.peer.as_ref().unwrap().to_string();
        let known = &model.chats[&name];
        let living = known.messages.iter().filter(|message| message.is_counted());
        let unread = living
            .clone()
            .filter(|message| !message.outgoing && !message.read);
        let counts = (living.count() as u64, unread.count() as u64);
        assert_eq!((chat.messages, chat.unread), counts, "counters of {name}");
        let last = known.last.map(|(_, id)| message_id(id));
        assert_eq!(chat.last_message, last, "the last message of {name}");
        for (backwards, size) in [(true, 3), (false, 7)] {
            let found = walk(store, &chat.id, backwards, size);
            assert_eq!(found.len(), known.messages.len(), "messages of {name}");
            for (found, known) in found.iter().zip(&known.messages) {
                compare_one(found, known, model);
            }
        }
    }
    compare_register(store, model);
}

/// Every id that there ever was, by itself.
fn compare_register(store: &Store, model: &Model) {
    let standing: BTreeMap<u8, &Known> = model
        .chats
        .values()
        .flat_map(|chat| chat.messages.iter().map(|message| (message.id, message)))
        .collect();
    store
        .read(|tx| {
            for id in 0..IDS {
                let state = tx.reply_state(&message_id(id))?;
                let expected = match standing.get(&id) {
                    Some(known) if !known.deleted => ReplyState::Present,
                    Some(_) => ReplyState::Deleted,
                    None if model.removed.contains(&id) => ReplyState::Deleted,
                    None => ReplyState::Absent,
                };
                assert_eq!(state, expected, "the state of message {id}");
            }
            for (id, known) in &standing {
                compare_one(&tx.message_by_id(&message_id(*id))?, known, model);
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

fn compare_one(found: &privatus_domain::Message, known: &Known, model: &Model) {
    let ms = |time: Option<privatus_domain::Timestamp>| time.map(privatus_domain::Timestamp::unix_ms);
    assert_eq!(found.id, message_id(known.id));
    assert_eq!(
        (found.at.unix_ms(), found.arrived_at.unix_ms()),
        (known.at, known.arrived)
    );
    assert_eq!(found.sender.is_none(), known.outgoing);
    assert_eq!(found.deleted_at.is_some(), known.deleted);
    assert_eq!(ms(found.edited_at), known.edited);
    assert_eq!(found.reply_to, known.reply.map(message_id) as Option<MessageId>);
    assert_eq!(found.is_read, known.read, "read: {known:?}");
    let body = (!known.deleted).then(|| text(known.id, known.size));
    let found_body = found.body.as_ref().map(|body| body.as_text());
    assert!(found_body == body.as_deref(), "the body of {known:?}");
    match (&found.sender, known.sender) {
        (None, None) | (Some(Sender::Unknown), None) => {}
        (Some(Sender::Anonymous { anonymous_id: id, .. }), Some(who)) if known.anonymous => {
            assert_eq!(*id, anonymous_id(who));
        }
        (Some(Sender::Contact { id, name }), Some(who)) if !known.anonymous => {
            assert_eq!((id, name), (&contact_id(who), &model.people[&who].name));
        }
        other => panic!("{other:?} for {known:?}"),
    }
}
