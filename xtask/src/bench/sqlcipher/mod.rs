//! SQLCipher with the specification's schema, through diesel: what somebody would build without Privatus.
//!
//! Nothing of `privatus-sqlite` is used: the connection, its statement cache and its transactions are diesel's, and
//! every statement is one that diesel keeps prepared. The file has the store's pragmas, page size and page MAC, and a
//! raw key, so an open derives nothing from a password. Whole rows are read, as the floor reads them.
//!
//! In its favour: it seals no message, checks nothing at an open, keeps no counters and no read state; its ids are
//! ordered (UUIDv7), so new rows go to the end of the index of ids; a page continues after a time alone, without a
//! tie-break; ids and times stay text, and their texts are made before a measurement begins.

mod query;

use std::hint::black_box;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use self::query::{Chat, ChatList, Message, NewMessage, by_id, insert_contact, insert_messages, page};
use super::floor::{NEWEST, SCHEMA};
use super::plain::PRAGMAS;
use super::sample::{CONVERSATIONS, Sample};
use super::side::Side;

/// A raw key, its salt included, and the page MAC of a vault. Page size (4,096 bytes) and `mmap_size` (0) are
/// SQLCipher's own, as the store leaves them.
const KEY: &str = "PRAGMA key = \"x'0707070707070707070707070707070707070707070707070707070707070707\
                   09090909090909090909090909090909'\"; PRAGMA cipher_hmac_algorithm = HMAC_SHA256;";

/// An encrypted file with the specification's schema.
pub(crate) struct Sqlcipher {
    path: PathBuf,
    connection: Option<SqliteConnection>,
    contacts: Vec<String>,
}

impl Sqlcipher {
    /// A new file with its contacts.
    pub(crate) fn new(path: &Path) -> Result<Self> {
        let mut connection = connect(path, 64_000)?;
        connection.batch_execute(SCHEMA)?;
        let contacts: Vec<String> = (0..CONVERSATIONS).map(|chat| format!("contact {chat}")).collect();
        for contact in &contacts {
            insert_contact(&mut connection, contact)?;
        }
        Ok(Self {
            path: path.to_owned(),
            connection: Some(connection),
            contacts,
        })
    }

    fn page(&mut self, chat: usize, before: &str) -> Result<Vec<Message>> {
        let contact = self.contacts.get(chat).context("no such contact")?;
        let connection = self.connection.as_mut().context("the file is closed")?;
        Ok(black_box(page(contact, before).load(connection)?))
    }

    fn connection(&mut self) -> Result<&mut SqliteConnection> {
        self.connection.as_mut().context("the file is closed")
    }
}

/// Opens a file, or creates it, with a page cache of this many KiB.
fn connect(path: &Path, cache: u32) -> Result<SqliteConnection> {
    let path = path.to_str().context("a path is not UTF-8")?;
    let mut connection = SqliteConnection::establish(path)?;
    connection.batch_execute(&format!("{KEY} {PRAGMAS}-{cache}"))?;
    Ok(connection)
}

impl Side for Sqlcipher {
    #[allow(
        clippy::disallowed_methods,
        reason = "the rule is the store's: this represents another program"
    )]
    fn insert(&mut self, messages: &[Sample]) -> Result<()> {
        let contacts = &self.contacts;
        let connection = self.connection.as_mut().context("the file is closed")?;
        let contact = |chat: usize| contacts.get(chat).context("no such contact");
        // One statement is a transaction of its own.
        if let [message] = messages {
            let new = NewMessage::new(message, contact(message.chat)?);
            return Ok(insert_messages(connection, &[new])?);
        }
        let new: Vec<NewMessage<'_>> = messages
            .iter()
            .map(|message| Ok(NewMessage::new(message, contact(message.chat)?)))
            .collect::<Result<_>>()?;
        Ok(connection.immediate_transaction(|connection| insert_messages(connection, &new))?)
    }

    fn newest(&mut self, chat: usize) -> Result<usize> {
        Ok(self.page(chat, NEWEST)?.len())
    }

    fn page_back(&mut self, chat: usize) -> Result<usize> {
        let mut page = self.page(chat, NEWEST)?;
        let mut read = page.len();
        while let Some(last) = page.get(49).and_then(|last| last.timestamp.as_deref()) {
            page = self.page(chat, last)?;
            read += page.len();
        }
        Ok(read)
    }

    fn by_id(&mut self, message: &Sample) -> Result<()> {
        let found: Message = by_id(&message.ordered_text).get_result(self.connection()?)?;
        // Opaque, so that no column's copy is optimized away.
        ensure!(
            black_box(found).content == message.text.as_bytes(),
            "SQLCipher lost a message"
        );
        Ok(())
    }

    fn chat_list(&mut self) -> Result<Option<usize>> {
        let chats: Vec<Chat> = ChatList.load(self.connection()?)?;
        Ok(Some(black_box(chats).len()))
    }

    fn close(&mut self) -> Result<()> {
        self.connection()?
            .batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")?;
        self.connection = None;
        Ok(())
    }

    fn open(&mut self, cache: Option<u32>) -> Result<()> {
        self.connection = Some(connect(&self.path, cache.unwrap_or(64_000))?);
        Ok(())
    }

    fn files(&self) -> Vec<PathBuf> {
        vec![self.path.clone()]
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
