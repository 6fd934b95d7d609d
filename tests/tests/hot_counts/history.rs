//! A vault with a history that is the same in every run: ids, times, texts and their lengths.

use std::path::PathBuf;

use privatus_domain::{
    Body, ContactId, ConversationId, DisplayName, Id, MessageId, NewContact, NewMessage, PublicKey,
    SenderRef, Timestamp,
};
use privatus_store::{Password, Secret, Store, StoreError, VaultKeys, VaultOptions};

/// Conversations; the first [`BUSY`] hold [`MONTHLY`] messages in each of the [`MONTHS`], the others one.
const CHATS: usize = 60;
pub(crate) const BUSY: usize = 20;
const MONTHLY: usize = 80;
const MONTHS: [&str; 3] = ["2025-04", "2025-05", "2025-06"];
/// Messages of a page.
pub(crate) const PAGE: usize = 50;
/// Bytes of the vault's path.
const PATH: usize = 240;

/// A conversation and a message of it.
pub(crate) type Addressed = (ConversationId, NewMessage);

/// A vault that is closed, and what is in it.
pub(crate) struct Vault {
    path: PathBuf,
    _folder: tempfile::TempDir,
    keys: VaultKeys,
    /// The busy conversations.
    pub(crate) chats: Vec<ConversationId>,
    history: Vec<Addressed>,
}

fn clock() -> Timestamp {
    Timestamp::parse("2025-06-29T12:00:00Z").unwrap()
}

fn options() -> VaultOptions {
    VaultOptions {
        clock: Some(clock),
        readers: 1,
        ..VaultOptions::cheap_for_tests()
    }
}

fn chat(number: usize) -> ConversationId {
    format!("contact {number:02}").parse().unwrap()
}

fn contact(number: usize) -> ContactId {
    format!("contact {number:02}").parse().unwrap()
}

/// The message with this number of a conversation; its id is a UUIDv7, its text 120 characters.
fn message(number: usize, chat: usize, at: Timestamp, is_sent: bool) -> NewMessage {
    let mut random = [0; 10];
    // A multiplier of many bits, so that the ids of one instant are as far apart as random ones.
    let spread = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    random[..8].copy_from_slice(&spread.to_be_bytes());
    let id = MessageId::new(Id::v7(at.unix_ms(), random));
    let body = Body::text(format!("{spread:0>40}{chat:0>40}{number:0>40}")).unwrap();
    if is_sent {
        return NewMessage::sent(id, body, at);
    }
    NewMessage::received(id, SenderRef::Contact(contact(chat)), body, at)
}

/// Three months, month by month.
fn history() -> Vec<Addressed> {
    let mut history = Vec::new();
    for month in MONTHS {
        let start = Timestamp::parse(&format!("{month}-01T00:00:00Z")).unwrap();
        for turn in 0..MONTHLY {
            for number in 0..CHATS {
                if number >= BUSY && turn > 0 {
                    continue;
                }
                // Eight hours from one message of a conversation to the next: the last are of the 27th.
                let ms = start.unix_ms() + turn as i64 * 8 * 3_600_000 + number as i64 * 1_000;
                let at = Timestamp::from_unix_ms(ms).unwrap();
                let is_sent = (turn + number).is_multiple_of(2);
                history.push((chat(number), message(history.len(), number, at, is_sent)));
            }
        }
    }
    history
}

/// `count` messages that come after the history and, for another `round`, after those of the round before, spread
/// over the busy conversations.
pub(crate) fn later(round: usize, count: usize, are_sent: bool) -> Vec<Addressed> {
    (0..count)
        .map(|turn| {
            let number = 100_000 + round * 10_000 + turn;
            let ms = clock().unix_ms() - 86_400_000 + number as i64 * 100;
            let at = Timestamp::from_unix_ms(ms).unwrap();
            (chat(turn % BUSY), message(number, turn % BUSY, at, are_sent))
        })
        .collect()
}

impl Vault {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The path always has the same length, wherever temporary folders are: an open allocates it again and again.
        let base = folder.path().canonicalize().unwrap();
        let path = base.join("v".repeat(PATH.saturating_sub(base.as_os_str().len() + 1).max(1)));
        let password = Password::new("secret").unwrap();
        let (store, _) = Store::create(&path, &password, &options()).unwrap();
        let history = history();
        store
            .write("fill", |tx| {
                for number in 0..CHATS {
                    tx.contact_create(&NewContact {
                        id: contact(number),
                        display_name: DisplayName::new(format!("Contact {number:02}"))?,
                        public_key: PublicKey::default(),
                        is_verified: false,
                        added_at: tx.now(),
                        last_seen: None,
                    })?;
                }
                tx.messages_receive(&history)?;
                for number in 0..CHATS {
                    tx.conversation_mark_read(&chat(number), None)?;
                }
                Ok::<_, StoreError>(())
            })
            .unwrap();
        store.close().unwrap();
        let keys = Store::unlock_keys(&path, &Secret::Password(password)).unwrap();
        Self {
            path,
            _folder: folder,
            keys,
            chats: (0..BUSY).map(chat).collect(),
            history,
        }
    }

    /// Opens the vault, whose write-ahead log is empty then: so short that no checkpoint comes while it is measured.
    pub(crate) fn open(&self) -> Store {
        Store::open(&self.path, &self.keys, &options()).unwrap()
    }

    /// Ids of messages of all months and conversations.
    pub(crate) fn some_ids(&self) -> Vec<MessageId> {
        let every = self.history.iter().step_by(41);
        every.map(|(_, message)| message.id.clone()).collect()
    }

    /// Of a busy conversation, the message with half a page before it in the last month: the page before it is of
    /// both months.
    pub(crate) fn past_the_border(&self, chat: &ConversationId) -> MessageId {
        let of_chat = self.history.iter().filter(|(of, _)| of == chat);
        let message = of_chat.map(|(_, message)| message).nth(2 * MONTHLY + PAGE / 2);
        message.unwrap().id.clone()
    }
}
