//! The floor: plain, unencrypted SQLite with the specification's schema as written, text UUIDv4 ids, its indexes.
//!
//! Through diesel, as ours, with every statement prepared once and literal limits. It keeps no register, no counters
//! and no read state, and its chat list counts nothing: each of these is in its favour.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use diesel::sql_types::{Binary, Bool, Nullable, Text};

use super::plain::Plain;
use super::sample::{CONVERSATIONS, Sample};
use super::side::Side;
use super::statement::Bind;
use privatus_sqlite::RawKey;

const SCHEMA: &str = "
CREATE TABLE contacts (
    contact_id TEXT PRIMARY KEY, display_name TEXT NOT NULL, public_key TEXT NOT NULL,
    is_verified BOOLEAN DEFAULT FALSE, is_online BOOLEAN DEFAULT FALSE,
    added_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, last_seen TIMESTAMP,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE messages (
    message_id TEXT PRIMARY KEY, contact_id TEXT NOT NULL, content BLOB NOT NULL, is_outgoing BOOLEAN NOT NULL,
    is_encrypted BOOLEAN DEFAULT TRUE, timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP, edited_at TIMESTAMP,
    is_deleted BOOLEAN DEFAULT FALSE, deleted_at TIMESTAMP, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (contact_id) REFERENCES contacts (contact_id) ON DELETE CASCADE
);
CREATE INDEX idx_messages_contact_timestamp ON messages(contact_id, timestamp);
CREATE INDEX idx_messages_timestamp ON messages(timestamp);
CREATE INDEX idx_messages_outgoing ON messages(is_outgoing, timestamp);
";
const INSERT: &str = "INSERT INTO messages (message_id, contact_id, content, is_outgoing, timestamp) \
                      VALUES (?, ?, ?, ?, ?)";
const COLUMNS: &str = "message_id, contact_id, content, is_outgoing, is_encrypted, timestamp, edited_at, is_deleted, \
                       deleted_at, created_at, updated_at";
type RowSql = (
    Text,
    Text,
    Binary,
    Bool,
    Bool,
    Text,
    Nullable<Text>,
    Bool,
    Nullable<Text>,
    Text,
    Text,
);
type Row = (
    String,
    String,
    Vec<u8>,
    bool,
    bool,
    String,
    Option<String>,
    bool,
    Option<String>,
    String,
    String,
);

/// The specification's schema in a plain file, or (as a layout to compare) in an encrypted one.
pub(crate) struct Floor {
    plain: Plain,
    page: String,
    one: String,
}

impl Floor {
    pub(crate) fn new(path: &Path, key: Option<RawKey>) -> Result<Self> {
        let mut plain = Plain::create(path, key, SCHEMA)?;
        for chat in 0..CONVERSATIONS {
            plain.batch(&format!(
                "INSERT INTO contacts (contact_id, display_name, public_key) VALUES ('contact {chat}', 'Contact {chat}', '')"
            ))?;
        }
        Ok(Self {
            plain,
            page: format!(
                "SELECT {COLUMNS} FROM messages WHERE contact_id = ? AND timestamp < ? ORDER BY timestamp DESC LIMIT 50"
            ),
            one: format!("SELECT {COLUMNS} FROM messages WHERE message_id = ?"),
        })
    }

    fn rows(&mut self, chat: usize, before: &str) -> Result<Vec<Row>> {
        let chat = format!("contact {chat}");
        self.plain
            .rows::<RowSql, Row>(&self.page, &[Bind::Text(&chat), Bind::Text(before)])
    }
}

impl Side for Floor {
    fn insert(&mut self, messages: &[Sample]) -> Result<()> {
        self.plain.batch("BEGIN IMMEDIATE")?;
        for sample in messages {
            let (chat, at) = (format!("contact {}", sample.chat), sample.at.to_sql());
            let binds = [
                Bind::Text(&sample.random_id),
                Bind::Text(&chat),
                Bind::Blob(sample.text.as_bytes()),
                Bind::Int(sample.is_outgoing.into()),
                Bind::Text(&at),
            ];
            self.plain.run(INSERT, &binds)?;
        }
        self.plain.batch("COMMIT")
    }

    fn newest(&mut self, chat: usize) -> Result<usize> {
        Ok(self.rows(chat, "~")?.len())
    }

    fn page_back(&mut self, chat: usize) -> Result<usize> {
        let (mut before, mut read) = ("~".to_owned(), 0);
        loop {
            let rows = self.rows(chat, &before)?;
            read += rows.len();
            match rows.into_iter().nth(49) {
                Some(last) => before = last.5,
                None => return Ok(read),
            }
        }
    }

    fn by_id(&mut self, message: &Sample) -> Result<()> {
        let rows: Vec<Row> = self
            .plain
            .rows::<RowSql, Row>(&self.one, &[Bind::Text(&message.random_id)])?;
        ensure!(
            rows.first().is_some_and(|row| row.2 == message.text.as_bytes()),
            "the floor lost a message"
        );
        Ok(())
    }

    fn chat_list(&mut self) -> Result<Option<usize>> {
        const LIST: &str = "SELECT c.contact_id, c.display_name, m.message_id, m.timestamp FROM contacts c \
             JOIN messages m ON m.message_id = (SELECT message_id FROM messages \
             WHERE contact_id = c.contact_id ORDER BY timestamp DESC LIMIT 1) ORDER BY m.timestamp DESC LIMIT 50";
        let rows: Vec<(String, String, String, String)> =
            self.plain.rows::<(Text, Text, Text, Text), _>(LIST, &[])?;
        Ok(Some(rows.len()))
    }

    fn close(&mut self) -> Result<()> {
        self.plain.close()
    }

    fn open(&mut self, cache: Option<u32>) -> Result<()> {
        self.plain.open(cache)
    }

    fn files(&self) -> Vec<PathBuf> {
        vec![self.plain.path().to_owned()]
    }
}
