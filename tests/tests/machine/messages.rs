//! Messages: received and sent in batches, out of order, with the same id twice, replies to anything; marked as read.

use std::collections::BTreeMap;

use privatus_domain::{
    Body, ConversationId, MessageId, NewMessage, Permission, ReplyState, ResourceKind, Sender, SenderRef,
};
use privatus_store::{PageStart, Store, StoreError, WriteTx};
use proptest::prelude::*;

use crate::access::Need;
use crate::model::Model;
use crate::outcome::Outcome;
use crate::step::some_of;
use crate::vault::Chats;
use crate::world::{GROUPS, PEOPLE, TIMES, at, clock, contact_id, message_id};

/// A message to be written.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    id: u8,
    time: usize,
    size: usize,
    outgoing: bool,
    deleted: bool,
    read: bool,
    /// Edited so many hours after it was sent; before it is against the rules.
    edited: Option<i8>,
    reply: Option<u8>,
    sender: usize,
}

#[derive(Debug, Clone)]
pub(crate) enum MessageStep {
    /// A batch into the conversation of a contact or group.
    Insert {
        chat: usize,
        batch: Vec<Draft>,
    },
    /// One that just arrived, or is sent.
    Receive {
        chat: usize,
        draft: Draft,
    },
    MarkRead {
        chat: usize,
        up_to: Option<u8>,
    },
}

/// A message that stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Known {
    pub(crate) id: u8,
    at: i64,
    arrived: i64,
    size: usize,
    outgoing: bool,
    deleted: bool,
    read: bool,
    edited: Option<i64>,
    reply: Option<u8>,
    /// It was ahead of the clock and has no month yet.
    is_late: bool,
    /// `None` when outgoing, unknown or removed.
    pub(crate) sender: Option<usize>,
}

/// A conversation.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chat {
    pub(crate) number: usize,
    /// In their order.
    pub(crate) messages: Vec<Known>,
    /// Time and id of the message that the chat list shows.
    last: Option<(i64, u8)>,
}

/// The id of the conversation of a contact, or behind those, of a group.
pub(crate) fn chat_name(chat: usize) -> &'static str {
    PEOPLE.iter().chain(&GROUPS).nth(chat).unwrap()
}

/// Ids that messages have: few, so that one comes twice and replies find something.
const IDS: u8 = 40;

fn draft(model: &Model) -> BoxedStrategy<Draft> {
    let size = prop_oneof![8 => 0..200_usize, 1 => 8_000..12_000_usize, 1 => Just(100_000)];
    let flags = (
        prop::bool::ANY,
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.2),
    );
    let edited = prop_oneof![6 => Just(None), 2 => (0..5_i8).prop_map(Some), 1 => Just(Some(-1))];
    (
        0..IDS,
        0..TIMES.len(),
        size,
        flags,
        edited,
        prop::option::weighted(0.2, 0..IDS),
        some_of(model.people.keys().copied(), 0..PEOPLE.len()),
    )
        .prop_map(
            |(id, time, size, (outgoing, deleted, read), edited, reply, sender)| Draft {
                id,
                time,
                size,
                outgoing,
                deleted,
                read,
                edited,
                reply,
                sender,
            },
        )
        .boxed()
}

pub(crate) fn steps(model: &Model) -> BoxedStrategy<MessageStep> {
    let chats = 0..PEOPLE.len() + GROUPS.len();
    let there = chats
        .clone()
        .filter(|chat| model.chats.contains_key(chat_name(*chat)));
    let there: Vec<usize> = there.collect();
    let chat = || some_of(there.clone(), chats.clone());
    prop_oneof![
        4 => (chat(), prop::collection::vec(draft(model), 1..5))
            .prop_map(|(chat, batch)| MessageStep::Insert { chat, batch }),
        2 => (chat(), draft(model)).prop_map(|(chat, draft)| MessageStep::Receive { chat, draft }),
        3 => (chat(), prop::option::of(0..IDS)).prop_map(|(chat, up_to)| MessageStep::MarkRead { chat, up_to }),
    ]
    .boxed()
}

impl Draft {
    fn edited_at(&self) -> Option<i64> {
        let hours = self.edited.map(i64::from)?;
        let edited = at(TIMES[self.time]).unix_ms().saturating_add(hours * 3_600_000);
        privatus_domain::Timestamp::from_unix_ms(edited)
            .is_ok()
            .then_some(edited)
    }

    fn message(&self) -> NewMessage {
        let (body, sent) = (
            Body::text(text(self.id, self.size)).unwrap(),
            at(TIMES[self.time]),
        );
        let mut new = if self.outgoing {
            NewMessage::sent(message_id(self.id), body, sent)
        } else {
            let sender = SenderRef::Contact(contact_id(self.sender));
            NewMessage::received(message_id(self.id), sender, body, sent)
        };
        new.is_read |= self.read;
        let time = |ms: i64| privatus_domain::Timestamp::from_unix_ms(ms).unwrap();
        new.edited_at = self.edited_at().map(time);
        new.deleted_at = self.deleted.then(clock);
        new.reply_to = self.reply.map(message_id);
        new
    }
}

fn late_from(now: i64) -> i64 {
    let now = privatus_domain::Timestamp::from_unix_ms(now).unwrap();
    privatus_domain::Partition::late_from(now).unix_ms()
}

fn text(id: u8, size: usize) -> String {
    format!("{id}\0").repeat(size).chars().take(size).collect()
}

impl Model {
    fn knows(&self, id: u8) -> bool {
        self.removed.contains(&id) || self.chat_of(id).is_some()
    }

    /// The conversation that a message stands in.
    fn chat_of(&self, id: u8) -> Option<&str> {
        let holds = |chat: &Chat| chat.messages.iter().any(|message| message.id == id);
        self.chats
            .iter()
            .find(|(_, chat)| holds(chat))
            .map(|(name, _)| name.as_str())
    }

    pub(crate) fn chat_open(&mut self, name: &str) {
        if !self.chats.contains_key(name) {
            self.made += 1;
            let number = self.made;
            let chat = Chat {
                number,
                ..Chat::default()
            };
            self.chats.insert(name.into(), chat);
        }
    }

    /// A contact or group went: its messages keep their ids and nothing else.
    pub(crate) fn chat_remove(&mut self, name: &str) {
        if let Some(chat) = self.chats.remove(name) {
            self.removed
                .extend(chat.messages.iter().map(|message| message.id));
        }
    }

    /// The vault is opened: messages whose month has come move into it. Says whether there were any to look at.
    pub(crate) fn late_settle(&mut self) -> bool {
        let from = late_from(self.now);
        let mut found = false;
        for message in self.chats.values_mut().flat_map(|chat| &mut chat.messages) {
            found |= message.is_late;
            message.is_late &= message.at >= from;
        }
        found
    }

    pub(crate) fn message(&mut self, step: &MessageStep) -> Outcome {
        match step {
            MessageStep::Insert { chat, batch } => {
                let name = chat_name(*chat);
                if !self.chats.contains_key(name) {
                    return Outcome::NotFound;
                }
                for draft in batch {
                    let outcome = self.insert(name, draft);
                    if outcome != Outcome::Done {
                        return outcome;
                    }
                }
                Outcome::Done
            }
            MessageStep::Receive { chat, draft } => {
                let name = chat_name(*chat);
                if !self.chats.contains_key(name) {
                    return Outcome::NotFound;
                }
                if !draft.outgoing && self.is_blocked(*chat) {
                    return Outcome::Refused;
                }
                self.insert(name, draft)
            }
            MessageStep::MarkRead { chat, up_to } => {
                let Some(chat) = self.chats.get_mut(chat_name(*chat)) else {
                    return Outcome::NotFound;
                };
                let place = |id: &u8| chat.messages.iter().position(|message| message.id == *id);
                let end = match up_to {
                    None => chat.messages.len(),
                    Some(id) => match place(id) {
                        Some(place) => place + 1,
                        None => return Outcome::NotFound,
                    },
                };
                let marked = chat.messages[..end].iter_mut().filter(|message| !message.deleted);
                marked.for_each(|message| message.read = true);
                Outcome::Done
            }
        }
    }

    fn insert(&mut self, name: &str, draft: &Draft) -> Outcome {
        let sent = at(TIMES[draft.time]).unix_ms();
        let edited = draft.edited_at();
        if edited.is_some_and(|edited| edited < sent) {
            return Outcome::Refused;
        }
        if self.knows(draft.id) {
            return Outcome::Done;
        }
        if !draft.outgoing && !self.people.contains_key(&draft.sender) {
            return Outcome::NotFound;
        }
        let elsewhere = |id| self.chat_of(id).is_some_and(|chat| chat != name);
        if draft.reply.is_some_and(elsewhere) {
            return Outcome::Refused;
        }
        let now = self.now;
        let known = Known {
            id: draft.id,
            at: sent,
            arrived: now,
            size: draft.size,
            outgoing: draft.outgoing,
            deleted: draft.deleted,
            read: draft.outgoing || draft.read,
            edited,
            reply: draft.reply,
            is_late: sent >= late_from(now),
            sender: (!draft.outgoing).then_some(draft.sender),
        };
        let chat = self.chats.get_mut(name).unwrap();
        let place = chat.messages.partition_point(|message| message.at <= known.at);
        if !known.deleted {
            // One that claims to be far ahead of the clock is listed at its arrival.
            let listed = if sent - now > 86_400_000 { now } else { sent };
            if chat.last.is_none_or(|(last, _)| listed >= last) {
                chat.last = Some((listed, known.id));
            }
        }
        chat.messages.insert(place, known);
        Outcome::Done
    }
}

impl MessageStep {
    const fn chat(&self) -> usize {
        match self {
            Self::Insert { chat, .. } | Self::Receive { chat, .. } | Self::MarkRead { chat, .. } => *chat,
        }
    }

    pub(crate) fn need(&self) -> Need {
        let id = chat_name(self.chat()).to_owned();
        (ResourceKind::Conversation, id, Permission::Write)
    }

    pub(crate) fn run(&self, tx: &mut WriteTx<'_>, chats: &Chats) -> Result<(), StoreError> {
        let name = chat_name(self.chat());
        let chat = chats.get(name).cloned().map_or_else(|| name.parse(), Ok)?;
        match self {
            Self::Insert { batch, .. } => {
                let batch: Vec<NewMessage> = batch.iter().map(Draft::message).collect();
                tx.messages_insert(&chat, &batch).map(drop)
            }
            Self::Receive { draft, .. } => tx.message_insert(&chat, &draft.message()).map(drop),
            Self::MarkRead { up_to, .. } => {
                let up_to = up_to.map(message_id);
                tx.conversation_mark_read(&chat, up_to.as_ref()).map(drop)
            }
        }
    }
}

/// All messages of a chat, page by page, oldest first.
fn walk(store: &Store, chat: &ConversationId, backwards: bool, size: usize) -> Vec<privatus_domain::Message> {
    let mut all = Vec::new();
    let mut start = if backwards {
        PageStart::Newest
    } else {
        PageStart::Oldest
    };
    loop {
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
        let living = known.messages.iter().filter(|message| !message.deleted);
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
        (Some(Sender::Contact { id, name }), Some(who)) => {
            assert_eq!((id, name), (&contact_id(who), &model.people[&who].name));
        }
        other => panic!("{other:?} for {known:?}"),
    }
}
