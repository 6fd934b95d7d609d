//! Derives message ids from the source's own (docs/CRYPTO.md, "Hashed ids"; docs/adr/0006).
//!
//! Telegram numbers the messages of a channel or supergroup for everybody, and those of any other chat for each
//! account.

use std::collections::{HashMap, HashSet};

use privatus_domain::{MessageId, ReplyState};
use privatus_store::{Digest, WriteTx};

use super::kind::class;
use super::parse::Parsed;
use super::walk::Header;

/// What the ids of a chat's messages are derived from.
#[derive(Debug, Clone, Default)]
pub(super) struct ChatKey {
    /// The account the export belongs to; empty if unknown.
    owner: String,
    /// The same account, if it is part of the ids.
    account: String,
    /// The peer as the export names it: `user7`, `chat7`, `channel7`.
    pub(super) peer: String,
    /// Accounts that an earlier import may have assumed; ids under these are looked up first.
    others: Vec<String>,
    /// The chat with the same name, also without an id, to which an earlier build attributed this one.
    merged: Option<String>,
}

impl ChatKey {
    /// The key of the chat with this index, the nth without an id of its kind and name; `writers` are the ids of those
    /// who write in it.
    pub(super) fn new(owner: &str, chat: usize, header: &Header, nth: usize, writers: &[String]) -> Self {
        let class = class(header);
        let (peer, merged) = match (&header.id, &header.name) {
            (Some(id), _) => (format!("{class}{id}"), None),
            (None, Some(name)) if nth > 1 => (
                format!("{class} {name}, number {nth}"),
                Some(format!("{class} {name}")),
            ),
            (None, Some(name)) => (format!("{class} {name}"), None),
            (None, None) => (format!("{class}, number {chat}"), None),
        };
        let mut key = Self::of_peer(owner, peer);
        if !key.is_shared() {
            let writers = writers.iter().filter(|id| **id != key.account);
            key.others.extend(writers.cloned());
        }
        key.merged = merged;
        key
    }

    fn of_peer(owner: &str, peer: String) -> Self {
        let mut key = Self {
            owner: owner.to_owned(),
            peer,
            ..Self::default()
        };
        if !key.is_shared() && !owner.is_empty() {
            owner.clone_into(&mut key.account);
            key.others.push(String::new());
        }
        key
    }

    /// Whether its messages are numbered for everybody.
    fn is_shared(&self) -> bool {
        self.peer.starts_with("channel")
    }

    /// Whether the account is part of this chat's ids, but is unknown.
    pub(super) fn is_nameless(&self) -> bool {
        self.account.is_empty() && !self.is_shared()
    }

    /// For a chat of which the vault had nothing: drops the accounts under which none of its first messages is known,
    /// since no ids of an earlier import need to be looked up for them.
    pub(super) fn is_new(&mut self, tx: &mut WriteTx<'_>, first: &[Parsed]) {
        let guessed: Vec<String> = self
            .others
            .iter()
            .filter(|one| !one.is_empty())
            .cloned()
            .collect();
        for account in guessed {
            let other = self.of_account(&account);
            let is_known = first.iter().filter_map(|parsed| parsed.id.as_ref()).any(|id| {
                let id = other.message(tx, id);
                !matches!(tx.reply_state(&id), Ok(ReplyState::Absent) | Err(_))
            });
            if !is_known {
                self.others.retain(|one| *one != account);
            }
        }
    }

    fn of_account(&self, account: &str) -> Self {
        Self {
            account: account.to_owned(),
            peer: self.peer.clone(),
            ..Self::default()
        }
    }

    /// The id from an earlier import, if the vault has that message. That import assumed another account, or none, or
    /// took two chats for one; the time, and in that case the text, tell a different message of the same number apart.
    fn known_before(
        &self,
        tx: &mut WriteTx<'_>,
        parsed: Option<&Parsed>,
        own: &MessageId,
        id: impl Fn(&Self, &WriteTx<'_>) -> MessageId,
    ) -> Option<MessageId> {
        if self.others.is_empty() && self.merged.is_none()
            || self.others.len() > 1 && !matches!(tx.reply_state(own), Ok(ReplyState::Absent))
        {
            return None;
        }
        for account in &self.others {
            let id = id(&self.of_account(account), tx);
            match tx.reply_state(&id).ok()? {
                ReplyState::Absent => {}
                // Removed from this vault under the id it had; it stays removed.
                ReplyState::Deleted => return Some(id),
                ReplyState::Present => {
                    let known = tx.message_by_id(&id).ok()?;
                    if parsed.is_none_or(|parsed| known.at == parsed.at) {
                        return Some(id);
                    }
                }
            }
        }
        let merged = Self {
            peer: self.merged.clone()?,
            ..self.of_account(&self.account)
        };
        let (id, parsed) = (id(&merged, tx), parsed?);
        let known = tx.message_by_id(&id).ok()?;
        let text = known.body.as_ref().map(|body| body.as_text());
        (known.at == parsed.at && text == Some(parsed.body.as_text())).then_some(id)
    }

    fn message(&self, tx: &WriteTx<'_>, id: &str) -> MessageId {
        let fields: [&[u8]; 5] = [
            b"telegram",
            b"message",
            self.account.as_bytes(),
            self.peer.as_bytes(),
            id.as_bytes(),
        ];
        MessageId::new(tx.derived_id(&fields))
    }

    /// The id of the message that `parsed` answers.
    pub(super) fn reply(&self, tx: &mut WriteTx<'_>, parsed: &Parsed) -> Option<MessageId> {
        let id = parsed.reply_to.as_deref()?;
        let other = parsed
            .reply_to_peer
            .as_ref()
            .filter(|peer| **peer != self.peer)
            .map(|peer| Self::of_peer(&self.owner, peer.clone()));
        let chat = other.as_ref().unwrap_or(self);
        let own = chat.message(tx, id);
        let known = chat.known_before(tx, None, &own, |chat, tx| chat.message(tx, id));
        Some(known.unwrap_or(own))
    }

    /// The id of a message. If the source has none, it is derived from the content and a counter for repetitions.
    pub(super) fn id(&self, tx: &mut WriteTx<'_>, parsed: &Parsed, ordinals: &mut Ordinals) -> MessageId {
        if let Some(id) = &parsed.id {
            let own = self.message(tx, id);
            let known = self.known_before(tx, Some(parsed), &own, |chat, tx| chat.message(tx, id));
            return known.unwrap_or(own);
        }
        let from = parsed.from_id.as_deref().or(parsed.from.as_deref());
        let mut digest = Digest::new();
        digest.update(&parsed.at.unix_ms().to_le_bytes());
        digest.update(from.unwrap_or_default().as_bytes());
        digest.update(&[0]);
        digest.update(parsed.body.as_text().as_bytes());
        let hash = digest.finalize();
        let ordinal = ordinals.next(&hash).to_le_bytes();
        let derive = |chat: &Self, tx: &WriteTx<'_>| {
            let fields: [&[u8]; 6] = [
                b"telegram",
                b"message without id",
                chat.account.as_bytes(),
                chat.peer.as_bytes(),
                &hash,
                &ordinal,
            ];
            MessageId::new(tx.derived_id(&fields))
        };
        let own = derive(self, tx);
        self.known_before(tx, Some(parsed), &own, derive).unwrap_or(own)
    }
}

/// Counts how often each (time, writer, text) occurred in a chat. The same text twice in one second is two messages; a
/// second import sees them in the same order. Nine bytes per message, since nearly all occur once.
#[derive(Debug, Default)]
pub(super) struct Ordinals {
    once: HashSet<u64>,
    again: HashMap<u64, u64>,
}

impl Ordinals {
    fn next(&mut self, hash: &[u8; 32]) -> u64 {
        let short = hash
            .first_chunk::<8>()
            .map_or(0, |bytes| u64::from_le_bytes(*bytes));
        if self.once.insert(short) {
            return 1;
        }
        let ordinal = self.again.entry(short).or_insert(1);
        *ordinal += 1;
        *ordinal
    }
}
