//! The rules of messages: known ids, replies, senders, the order of a conversation.

use super::{Chat, Draft, Known, MessageStep, chat_name};
use crate::machine::bugs::Bug;
use crate::machine::model::Model;
use crate::machine::outcome::Outcome;
use crate::machine::world::{GROUPS, TIMES, at};

const DAY: i64 = 86_400_000;

/// When the month after next begins: what is dated there or later has no month yet. The rule of the domain, written out
/// once more; every story begins in June 2025.
fn late_from(now: i64) -> i64 {
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = (2025..).flat_map(|year| {
        let february = if is_leap(year) { 29 } else { 28 };
        [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    });
    // 2025-01-01 is day 20,089 of Unix time.
    let starts = lengths.scan(20_089 * DAY, |start, days| {
        *start += days * DAY;
        Some(*start)
    });
    let mut ahead = starts.skip_while(|start| *start <= now);
    ahead.nth(1).unwrap()
}

impl Model {
    fn knows(&self, id: u8) -> bool {
        self.removed.contains(&id) || self.chat_of(id).is_some()
    }

    /// The conversation that has a message.
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
            let gone = chat.messages.iter().map(|message| message.id);
            self.removed
                .extend(gone.filter(|_| !Bug::RemovedIdForgotten.is_planted()));
        }
    }

    /// The vault is opened: messages whose month has begun move into it, after those of the same instant. Returns
    /// whether there were any to check.
    pub(crate) fn late_messages_sweep(&mut self) -> bool {
        let from = late_from(self.now);
        let mut found = false;
        for chat in self.chats.values_mut() {
            found |= chat.messages.iter().any(|message| message.is_late);
            let (settling, mut standing): (Vec<Known>, Vec<Known>) = chat
                .messages
                .drain(..)
                .partition(|message| message.is_late && message.at < from);
            for message in settling {
                let known = Known {
                    is_late: false,
                    ..message
                };
                standing.insert(known.place(&standing), known);
            }
            chat.messages = standing;
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
                let is_new = !self.knows(draft.id);
                let outcome = self.insert(name, draft);
                // A history is no use of a day.
                if is_new && outcome == Outcome::Done {
                    self.used(draft.outgoing, draft.size);
                }
                outcome
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
                marked.for_each(|message| message.read |= !Bug::UnreadNotLowered.is_planted());
                Outcome::Done
            }
        }
    }

    fn insert(&mut self, name: &str, draft: &Draft) -> Outcome {
        let sent = at(TIMES[draft.time]).unix_ms();
        let edited = draft.edited_at();
        let is_early = |edited| edited < sent || Bug::EditAtItsMessage.is_planted() && edited == sent;
        if edited.is_some_and(is_early) {
            return Outcome::Refused;
        }
        if self.knows(draft.id) {
            return Outcome::Done;
        }
        let is_anonymous = draft.anonymous && !draft.outgoing;
        if !draft.outgoing && !is_anonymous && !self.people.contains_key(&draft.sender) {
            return Outcome::NotFound;
        }
        let group = GROUPS.iter().position(|group| *group == name);
        if is_anonymous && !group.is_some_and(|group| self.groups[&group].is_anonymous) {
            return Outcome::Refused;
        }
        let elsewhere = |id| self.chat_of(id).is_some_and(|chat| chat != name);
        if draft.reply.is_some_and(elsewhere) && !Bug::ReplyAcrossConversations.is_planted() {
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
            anonymous: is_anonymous,
        };
        let chat = self.chats.get_mut(name).unwrap();
        let place = known.place(&chat.messages);
        if known.is_counted() {
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
