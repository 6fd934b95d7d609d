//! The first pass: chats, counts and who writes in them.

use std::collections::HashMap;

use serde_json::Value;

use super::walk::{Header, Walker, scalar};

/// Writers told apart a chat; a public channel may have millions.
const WRITERS: usize = 10_000;

/// What the first pass gathers.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub(super) chats: HashMap<usize, Header>,
    pub(super) entries: u64,
    pub(super) user: Option<String>,
    /// Writer (id, else name) → name, chats written in, messages.
    writers: HashMap<String, Writer>,
}

#[derive(Debug, Default)]
struct Writer {
    name: String,
    chats: u64,
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
        let Some(id) = message.get("from_id").and_then(scalar).or_else(|| name.clone()) else {
            return true;
        };
        if self.writers.len() >= WRITERS && !self.writers.contains_key(&id) {
            return true;
        }
        let writer = self.writers.entry(id).or_default();
        writer.messages += 1;
        if let Some(name) = name {
            writer.name = name;
        }
        if writer.last_chat != Some(chat) {
            writer.last_chat = Some(chat);
            writer.chats += 1;
        }
        true
    }

    fn begin(&mut self, chat: usize, header: &Header) {
        // A file that is cut off never comes to the end of its last chat.
        self.chats.insert(chat, header.clone());
    }

    fn chat(&mut self, chat: usize, header: Header) -> bool {
        self.chats.insert(chat, header);
        true
    }

    fn user(&mut self, id: String) {
        self.user = Some(id);
    }
}

impl Survey {
    /// Who is outgoing: the name or id given, the account's own id, or the best guess; with the sentence to print.
    pub(super) fn me(&self, given: Option<&str>) -> (Option<String>, String) {
        if let Some(given) = given {
            return (
                Some(given.to_owned()),
                format!("messages from {given} count as outgoing, as --me says"),
            );
        }
        if let Some(user) = &self.user {
            return (
                Some(format!("user{user}")),
                "messages of the account's owner count as outgoing".into(),
            );
        }
        let peers: Vec<&str> = self
            .chats
            .values()
            .filter_map(|chat| chat.id.as_deref())
            .collect();
        let titles: Vec<&str> = self
            .chats
            .values()
            .filter_map(|chat| chat.name.as_deref())
            .collect();
        let direct = self.chats.values().all(|chat| is_direct(chat.kind.as_deref()));
        let mut candidates: Vec<(&String, &Writer)> = self
            .writers
            .iter()
            .filter(|(id, writer)| {
                !titles.contains(&writer.name.as_str())
                    && !peers.iter().any(|peer| id.strip_prefix("user") == Some(peer))
            })
            .collect();
        candidates.sort_by(|a, b| (b.1.chats, b.1.messages, a.0).cmp(&(a.1.chats, a.1.messages, b.0)));
        match candidates.first() {
            Some((id, writer)) if direct => (
                Some((*id).clone()),
                format!(
                    "a guess: messages from {} count as outgoing; name another with --me",
                    writer.name
                ),
            ),
            _ => (
                None,
                "nobody is known to be you: all messages count as incoming; say who you are with --me".into(),
            ),
        }
    }
}

/// Kinds of chats with one other side.
pub(super) fn is_direct(kind: Option<&str>) -> bool {
    matches!(
        kind,
        None | Some("personal_chat" | "bot_chat" | "saved_messages" | "verification_codes" | "replies")
    )
}
