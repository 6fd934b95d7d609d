//! Messages: received and sent in batches, out of order, with the same id twice, replies to anything; marked as read.

mod compared;
mod rules;

use privatus_domain::{AnonymousId, Body, NewMessage, Permission, ResourceKind, SenderRef};
use privatus_store::{StoreError, WriteTx};
use proptest::prelude::*;

use crate::machine::access::Need;
use crate::machine::bugs::Bug;
use crate::machine::model::Model;
use crate::machine::step::some_of;
use crate::machine::vault::Chats;
use crate::machine::world::{GROUPS, PEOPLE, TIMES, at, clock, contact_id, group_id, message_id};

pub(crate) use compared::compare;

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
    /// Under an id of the group alone.
    anonymous: bool,
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

/// A message that exists.
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
    pub(crate) anonymous: bool,
}

impl Known {
    /// Whether it counts in the chat list.
    fn is_counted(&self) -> bool {
        !self.deleted || Bug::TombstoneCounted.is_planted()
    }

    /// Its place among others: by time, those without a month last.
    fn place(&self, among: &[Self]) -> usize {
        let order = |message: &Self| (message.is_late, message.at);
        among.partition_point(|message| order(message) <= order(self))
    }
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

/// The id of the conversation of a contact or, after all contacts, of a group.
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
        prop::bool::weighted(0.2),
    )
        .prop_map(
            |(id, time, size, (outgoing, deleted, read), edited, reply, sender, anonymous)| Draft {
                id,
                time,
                size,
                outgoing,
                deleted,
                read,
                edited,
                reply,
                sender,
                anonymous,
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

    fn message(&self, chat: usize) -> NewMessage {
        let (body, sent) = (
            Body::text(text(self.id, self.size)).unwrap(),
            at(TIMES[self.time]),
        );
        let mut new = if self.outgoing {
            NewMessage::sent(message_id(self.id), body, sent)
        } else {
            let sender = if self.anonymous {
                SenderRef::Anonymous {
                    group: group_id(chat.saturating_sub(PEOPLE.len())),
                    anonymous_id: anonymous_id(self.sender),
                }
            } else {
                SenderRef::Contact(contact_id(self.sender))
            };
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

fn anonymous_id(number: usize) -> AnonymousId {
    format!("nobody {number}").parse().unwrap()
}

fn text(id: u8, size: usize) -> String {
    format!("{id}\0").repeat(size).chars().take(size).collect()
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
                let batch: Vec<NewMessage> = batch.iter().map(|draft| draft.message(self.chat())).collect();
                tx.messages_insert(&chat, &batch).map(drop)
            }
            Self::Receive { draft, .. } => tx.message_insert(&chat, &draft.message(self.chat())).map(drop),
            Self::MarkRead { up_to, .. } => {
                let up_to = up_to.map(message_id);
                tx.conversation_mark_read(&chat, up_to.as_ref()).map(drop)
            }
        }
    }
}
