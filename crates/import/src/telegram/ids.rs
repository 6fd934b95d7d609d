//! Ids of messages, derived from the source's own (FORMATS: source kind, account and chat, and the source's id).
//!
//! Telegram numbers the messages of a channel or supergroup for everybody, those of every other chat for each account.

use std::collections::{HashMap, HashSet};

use privatus_domain::{MessageId, ReplyState, Timestamp};
use privatus_store::{Digest, WriteTx};

use super::parse::Parsed;
use super::walk::Header;

/// What the ids of a chat's messages are derived from.
#[derive(Debug, Clone, Default)]
pub(super) struct ChatKey {
    account: String,
    /// As the export names a peer: `user7`, `chat7`, `channel7`.
    pub(super) peer: String,
    /// An earlier import may not have known the account: its ids are looked for first.
    nameless_before: bool,
}

impl ChatKey {
    /// The key of the chat with this index.
    pub(super) fn new(account: &str, chat: usize, header: &Header) -> Self {
        let class = match header.kind.as_deref() {
            Some("private_group") => "chat",
            kind if super::survey::is_direct(kind) => "user",
            _ => "channel",
        };
        let peer = match (&header.id, &header.name) {
            (Some(id), _) => format!("{class}{id}"),
            (None, Some(name)) => format!("{class} {name}"),
            (None, None) => format!("{class}, number {chat}"),
        };
        Self::of_peer(account, peer)
    }

    fn of_peer(account: &str, peer: String) -> Self {
        let shared = peer.starts_with("channel");
        let account = if shared { "" } else { account }.to_owned();
        Self {
            nameless_before: !account.is_empty(),
            account,
            peer,
        }
    }

    /// The account belongs to the ids of this chat, and is not known.
    pub(super) fn is_nameless(&self) -> bool {
        self.account.is_empty() && !self.peer.starts_with("channel")
    }

    /// The id that an import which did not know the account gave, if the vault has that message; `at` tells another
    /// account's message of the same number.
    fn known_nameless(
        &self,
        tx: &mut WriteTx<'_>,
        at: Option<Timestamp>,
        id: impl Fn(&Self, &WriteTx<'_>) -> MessageId,
    ) -> Option<MessageId> {
        if !self.nameless_before {
            return None;
        }
        let nameless = Self {
            account: String::new(),
            peer: self.peer.clone(),
            nameless_before: false,
        };
        let id = id(&nameless, tx);
        match tx.reply_state(&id).ok()? {
            ReplyState::Absent => None,
            // Removed from this vault, under the id it had: it stays removed.
            ReplyState::Deleted => Some(id),
            ReplyState::Present => {
                let known = tx.message_by_id(&id).ok()?;
                at.is_none_or(|at| known.at == at).then_some(id)
            }
        }
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
            .map(|peer| Self::of_peer(&self.account, peer.clone()));
        let chat = other.as_ref().unwrap_or(self);
        let known = chat.known_nameless(tx, None, |chat, tx| chat.message(tx, id));
        Some(known.unwrap_or_else(|| chat.message(tx, id)))
    }

    /// The id of a message; without one in the source, from what it says and how often that came.
    pub(super) fn id(&self, tx: &mut WriteTx<'_>, parsed: &Parsed, ordinals: &mut Ordinals) -> MessageId {
        if let Some(id) = &parsed.id {
            let known = self.known_nameless(tx, Some(parsed.at), |chat, tx| chat.message(tx, id));
            return known.unwrap_or_else(|| self.message(tx, id));
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
        let known = self.known_nameless(tx, Some(parsed.at), derive);
        known.unwrap_or_else(|| derive(self, tx))
    }
}

/// How often each (time, writer, text) came in a chat. The same words twice in one second are two messages; a second
/// import meets them in the same order. Nine bytes a message, since nearly all come once.
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
