//! The first pass: counts chats and messages, and gathers who writes in them.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::kind::{class, is_direct, is_saved};
use super::me::{Me, bare};
use super::walk::{Header, Walker, scalar};
use crate::note::{Advice, Note};
use crate::report::{OnProgress, Progress};

/// Most writers to count separately; a public channel may have millions.
const WRITERS: usize = 10_000;
/// Writers of a chat who may be the account's owner.
const OWNERS: usize = 64;
/// Most ids to list in an error.
const IDS_NAMED: usize = 5;
/// Entries between two calls of the progress function.
const REPORT_EVERY: u64 = 20_000;

/// The result of the first pass.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub(super) chats: HashMap<usize, Header>,
    pub(super) entries: u64,
    /// The account's own id, if the export has it.
    pub(super) user: Option<String>,
    /// The account's own name; in exports without ids it identifies the owner.
    user_name: String,
    /// Entries in the account's contact list.
    pub(super) contacts: u64,
    /// Writer (id, otherwise name) → name, chats written in, messages.
    writers: HashMap<String, Writer>,
    /// Chats with messages, and the ids of their writers if an account may be part of the message ids.
    written: HashMap<usize, Vec<String>>,
}

/// The first pass of an import: gathers data and reports progress.
pub(super) struct Counting<'a> {
    pub(super) survey: &'a mut Survey,
    pub(super) progress: OnProgress<'a>,
}

impl Walker for Counting<'_> {
    fn message(&mut self, chat: usize, message: Value) -> bool {
        let so_far = self.survey.entries + 1;
        self.survey.message(chat, message)
            && (!so_far.is_multiple_of(REPORT_EVERY)
                || (self.progress)(Progress {
                    done: 0,
                    total: Some(so_far),
                }))
    }

    fn begin(&mut self, chat: usize, header: &Header) {
        self.survey.begin(chat, header);
    }

    fn chat(&mut self, chat: usize, header: Header) -> bool {
        self.survey.chat(chat, header)
    }

    fn user(&mut self, id: String) {
        self.survey.user(id);
    }

    fn user_name(&mut self, name: String) {
        self.survey.user_name(name);
    }

    fn contacts(&mut self, count: u64) {
        self.survey.contacts(count);
    }

    fn odd(&mut self, _: &'static str) {}
}

#[derive(Debug, Default)]
struct Writer {
    name: String,
    /// Chats with one other person.
    direct: u64,
    last_chat: Option<usize>,
    messages: u64,
}

impl Walker for Survey {
    fn message(&mut self, chat: usize, message: Value) -> bool {
        self.entries += 1;
        if message.get("type").and_then(Value::as_str) != Some("message") {
            return true;
        }
        let name = message.get("from").and_then(scalar);
        let class = self.chats.get(&chat).map(class);
        let written = self.written.entry(chat).or_default();
        if let Some(id) = message.get("from_id").and_then(scalar).and_then(|id| number(&id))
            && class != Some("channel")
            && written.len() < OWNERS
            && !written.contains(&id)
        {
            written.push(id);
        }
        let Some(id) = message.get("from_id").and_then(scalar).or_else(|| name.clone()) else {
            return true;
        };
        if self.writers.len() >= WRITERS && !self.writers.contains_key(&id) {
            return true;
        }
        let direct = self
            .chats
            .get(&chat)
            .is_none_or(|header| is_direct(header.kind.as_deref()));
        let writer = self.writers.entry(id).or_default();
        writer.messages += u64::from(direct);
        if let Some(name) = name {
            writer.name = name;
        }
        if direct && writer.last_chat != Some(chat) {
            writer.last_chat = Some(chat);
            writer.direct += 1;
        }
        true
    }

    fn begin(&mut self, chat: usize, header: &Header) {
        // In a file that is cut off, the last chat has no end.
        self.chats.insert(chat, header.clone());
    }

    fn chat(&mut self, chat: usize, header: Header) -> bool {
        self.chats.insert(chat, header);
        true
    }

    fn user(&mut self, id: String) {
        self.user = Some(id);
    }

    fn user_name(&mut self, name: String) {
        self.user_name = name;
    }

    fn contacts(&mut self, count: u64) {
        self.contacts += count;
    }

    fn odd(&mut self, _: &'static str) {}
}

impl Survey {
    /// Returns whether a chat has messages; a call or a join alone does not count.
    pub(super) fn has_messages(&self, chat: usize) -> bool {
        self.written.contains_key(&chat)
    }

    /// The ids of those who write in a chat.
    pub(super) fn writers_of(&self, chat: usize) -> &[String] {
        self.written.get(&chat).map(Vec::as_slice).unwrap_or_default()
    }

    /// The number of a chat without an id among those of the same kind and name, if it is not the first.
    pub(super) fn nth(&self) -> HashMap<usize, usize> {
        let mut chats: Vec<(&usize, &Header)> = self.chats.iter().collect();
        chats.retain(|(at, chat)| chat.id.is_none() && self.has_messages(**at));
        chats.sort_unstable_by_key(|(at, _)| **at);
        let (mut seen, mut nth) = (HashMap::<_, usize>::new(), HashMap::new());
        for (at, chat) in chats {
            let count = seen.entry((class(chat), &chat.name)).or_default();
            *count += 1;
            if *count > 1 {
                nth.insert(*at, *count);
            }
        }
        nth
    }

    /// Returns whether several writers with ids have this name, and the first of their ids.
    pub(super) fn namesakes(&self, given: &str) -> Option<String> {
        let named = self
            .writers
            .iter()
            .filter(|(id, writer)| writer.name == given && *id != given);
        let mut ids: Vec<&str> = named.map(|(id, _)| id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup_by_key(|id| bare(id));
        let more = if ids.len() > IDS_NAMED { ", …" } else { "" };
        let is_id = self.writers.keys().any(|id| bare(id) == bare(given));
        (ids.len() > 1 && !is_id)
            .then(|| ids.iter().take(IDS_NAMED).copied().collect::<Vec<_>>().join(", ") + more)
    }

    /// Decides who is outgoing: the given name or id, the account's own id, or the best guess; with a note to report.
    /// `None` if the given person has no messages in the export.
    pub(super) fn me(&self, given: Option<&str>) -> Option<(Me, Note)> {
        if let Some(given) = given {
            return self.given(given).map(|me| {
                let text = format!("messages from {given} count as outgoing, as requested");
                (me, text.into())
            });
        }
        if let Some(user) = &self.user {
            return Some((
                Me::of_ids([user.as_str()]).named(&self.user_name),
                "messages of the account's owner count as outgoing".into(),
            ));
        }
        Some(match self.guess() {
            Some((id, writer)) => (
                Me::of_ids([id]),
                Note::with(
                    format!(
                        "a guess: messages from {} count as outgoing",
                        if writer.name.is_empty() { id } else { &writer.name }
                    ),
                    Advice::OtherUser,
                ),
            ),
            None => (
                Me::default(),
                Note::with(
                    "it is unknown which messages are yours, so all count as incoming",
                    Advice::User,
                ),
            ),
        })
    }

    /// The account the export belongs to: its number, if the export, `--me` or the guess provides one. It is part of
    /// the messages' ids, so that a single chat gives the same ids as a full account export.
    pub(super) fn account(&self, given: Option<&str>) -> String {
        if let Some(user) = &self.user {
            return user.clone();
        }
        let found = match given {
            Some(given) => number(given).or_else(|| {
                let mut ids = self.writers.iter().filter(|(_, writer)| writer.name == given);
                let (id, _) = ids.next()?;
                // Two have the same name, and nobody knows which is meant.
                number(id).filter(|_| ids.next().is_none())
            }),
            None => self.guess().and_then(|(id, _)| number(id)),
        };
        found.unwrap_or_default()
    }

    /// The person who writes in the most direct chats and is never the other side.
    fn guess(&self) -> Option<(&str, &Writer)> {
        let others: Vec<&Header> = self
            .chats
            .values()
            .filter(|chat| is_direct(chat.kind.as_deref()) && !is_saved(chat))
            .collect();
        let ids: HashSet<&str> = self.writers.keys().map(|id| bare(id)).collect();
        // Ids distinguish the two sides; names are used only if there is nothing else, since both sides may have the
        // same name.
        let is_other = |id: &str, name: &str| {
            others.iter().any(|chat| match chat.id.as_deref().map(bare) {
                Some(own) if ids.contains(own) && number(id).is_some() => own == bare(id),
                // A message without its writer's id, under a name that is the other side elsewhere.
                Some(own) if number(id).is_none() && self.is_called(own, name) => true,
                own => own == Some(bare(id)) || is_named(chat, name),
            })
        };
        let best = self
            .writers
            .iter()
            .filter(|(id, writer)| writer.direct > 0 && !is_other(id, &writer.name))
            .max_by(|a, b| (a.1.direct, a.1.messages, b.0).cmp(&(b.1.direct, b.1.messages, a.0)));
        best.filter(|_| self.chats.values().any(|chat| is_direct(chat.kind.as_deref())))
            .map(|(id, writer)| (id.as_str(), writer))
    }

    /// Returns whether the person with this id writes under this name.
    fn is_called(&self, own: &str, name: &str) -> bool {
        let mut writers = self.writers.iter();
        writers.any(|(id, writer)| number(id).is_some() && bare(id) == own && writer.name == name)
    }

    fn given(&self, given: &str) -> Option<Me> {
        let ids: Vec<&str> = self
            .writers
            .iter()
            .filter(|(id, writer)| writer.name == given || bare(id) == bare(given))
            .map(|(id, _)| id.as_str())
            .collect();
        let full = self.writers.len() >= WRITERS;
        let owner = self.user.as_deref().is_some_and(|user| user == bare(given));
        (!ids.is_empty() || full || owner).then(|| Me::given(given, ids))
    }
}

/// The number in a user's id, in either form.
fn number(id: &str) -> Option<String> {
    let digits = !bare(id).is_empty() && bare(id).bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| bare(id).to_owned())
}

/// A chat is named after its other side, or only by the first name.
fn is_named(chat: &Header, name: &str) -> bool {
    chat.name.as_deref().is_some_and(|title| {
        name.strip_prefix(title)
            .is_some_and(|rest| !title.is_empty() && (rest.is_empty() || rest.starts_with(' ')))
    })
}
