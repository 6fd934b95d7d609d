//! Our side: the public API of the store, with everything on.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use privatus_domain::{
    Body, ContactId, ConversationId, DisplayName, Message, MessageId, NewContact, NewMessage, PublicKey,
    SenderRef, Timestamp,
};
use privatus_store::{PageStart, Password, Secret, Store, StoreError, VaultKeys, VaultOptions};

use super::sample::{CONVERSATIONS, END, Sample};
use super::side::Side;

/// A vault.
pub(crate) struct Ours {
    path: PathBuf,
    keys: VaultKeys,
    store: Option<Store>,
    chats: Vec<ConversationId>,
    /// Random ids, as imports derive them, instead of the store's own.
    random_ids: bool,
}

const PASSWORD: &str = "benchmark";

fn secret() -> Result<Secret> {
    Ok(Secret::Password(Password::new(PASSWORD)?))
}

fn clock() -> Timestamp {
    Timestamp::from_unix_ms(END).unwrap_or(Timestamp::MAX)
}

fn options(cache: Option<u32>) -> VaultOptions {
    let mut options = VaultOptions::cheap_for_tests();
    options.clock = Some(clock);
    if let Some(cache) = cache {
        options.reader_cache_kib = cache;
    }
    options
}

fn contact(chat: usize) -> Result<ContactId, StoreError> {
    Ok(format!("contact {chat}").parse()?)
}

impl Ours {
    /// Creates a vault with its contacts.
    pub(crate) fn new(path: &Path, random_ids: bool) -> Result<Self> {
        Self::create(path, random_ids, &options(None))
    }

    /// Creates a vault whose KDF has the cost that a client's vault gets.
    pub(crate) fn calibrated(path: &Path) -> Result<Self> {
        let mut options = options(None);
        options.kdf = VaultOptions::default().kdf;
        Self::create(path, false, &options)
    }

    fn create(path: &Path, random_ids: bool, options: &VaultOptions) -> Result<Self> {
        let (store, _) = Store::create(path, &Password::new(PASSWORD)?, options)?;
        let chats: Result<Vec<ConversationId>, StoreError> = store.write("bench_contacts", |tx| {
            (0..CONVERSATIONS)
                .map(|chat| {
                    let new = NewContact {
                        id: contact(chat)?,
                        display_name: DisplayName::new(format!("Contact {chat}"))?,
                        public_key: PublicKey::default(),
                        is_verified: false,
                        added_at: tx.now(),
                        last_seen: None,
                    };
                    tx.contact_create(&new)
                })
                .collect()
        });
        Ok(Self {
            path: path.to_owned(),
            keys: Store::unlock_keys(path, &secret()?)?,
            store: Some(store),
            chats: chats?,
            random_ids,
        })
    }

    fn store(&self) -> Result<&Store> {
        self.store.as_ref().context("the vault is closed")
    }

    fn chat(&self, chat: usize) -> Result<&ConversationId> {
        self.chats.get(chat).context("no such conversation")
    }

    fn id(&self, sample: &Sample) -> Result<MessageId> {
        if self.random_ids {
            Ok(sample.random_id.parse()?)
        } else {
            Ok(MessageId::new(sample.ordered_id.clone()))
        }
    }

    fn message(&self, sample: &Sample) -> Result<NewMessage> {
        let (id, body) = (self.id(sample)?, Body::text(sample.text.as_str())?);
        if sample.is_outgoing {
            return Ok(NewMessage::sent(id, body, sample.at));
        }
        let sender = SenderRef::Contact(contact(sample.chat)?);
        Ok(NewMessage::received(id, sender, body, sample.at))
    }

    pub(crate) fn page(&self, chat: usize, start: &PageStart) -> Result<Vec<Message>> {
        let chat = self.chat(chat)?;
        Ok(self
            .store()?
            .read(|tx| tx.messages_page(chat, start, 50))?
            .messages)
    }

    /// Writes messages in one transaction.
    pub(crate) fn receive(&self, messages: &[Sample]) -> Result<()> {
        let messages: Result<Vec<_>> = messages
            .iter()
            .map(|sample| Ok((self.chat(sample.chat)?.clone(), self.message(sample)?)))
            .collect();
        let messages = messages?;
        let inserted = self
            .store()?
            .write("bench_batch", |tx| tx.messages_receive(&messages))?;
        anyhow::ensure!(inserted.known == 0, "an id came twice");
        Ok(())
    }

    /// Runs the KDF and opens, from the password.
    pub(crate) fn unlock(&mut self) -> Result<()> {
        self.store = Some(Store::unlock(&self.path, &secret()?, &options(None))?);
        Ok(())
    }

    /// Runs the KDF alone.
    pub(crate) fn unlock_keys(&self) -> Result<VaultKeys> {
        Ok(Store::unlock_keys(&self.path, &secret()?)?)
    }
}

impl Side for Ours {
    fn insert(&mut self, messages: &[Sample]) -> Result<()> {
        self.receive(messages)
    }

    fn newest(&mut self, chat: usize) -> Result<usize> {
        Ok(self.page(chat, &PageStart::Newest)?.len())
    }

    fn page_back(&mut self, chat: usize) -> Result<usize> {
        let (mut start, mut read) = (PageStart::Newest, 0);
        loop {
            let page = self.page(chat, &start)?;
            read += page.len();
            match page.last() {
                Some(last) if page.len() == 50 => start = PageStart::Before(last.id.clone()),
                _ => return Ok(read),
            }
        }
    }

    fn by_id(&mut self, message: &Sample) -> Result<()> {
        let id = self.id(message)?;
        let read = self.store()?.read(|tx| tx.message_by_id(&id))?;
        let text = read.body.as_ref().map(Body::as_text);
        anyhow::ensure!(text == Some(message.text.as_str()), "a message came back changed");
        Ok(())
    }

    fn chat_list(&mut self) -> Result<Option<usize>> {
        Ok(Some(self.store()?.read(|tx| tx.conversations(50))?.len()))
    }

    fn close(&mut self) -> Result<()> {
        self.store.take().map_or(Ok(()), |store| Ok(store.close()?))
    }

    fn open(&mut self, cache: Option<u32>) -> Result<()> {
        self.store = Some(Store::open(&self.path, &self.keys, &options(cache))?);
        Ok(())
    }

    fn files(&self) -> Vec<PathBuf> {
        ["privatus.db", "keyring.json", "keyring.json.1"]
            .map(|name| self.path.join(name))
            .into()
    }
}
