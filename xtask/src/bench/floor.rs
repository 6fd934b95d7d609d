//! The floor: plain, unencrypted SQLite with the specification's whole schema, its text UUIDv4 ids and its indexes.
//!
//! Its statements run on the raw handle, the store's own driver, each prepared once, with literal limits, one for each
//! operation. Whole rows are read: every column of a message becomes an owned Rust value.
//!
//! In its favour: it keeps no register of ids, no counters and no read state, its chat list counts nothing, it reads
//! no pragma back, and the texts of its ids and times are there before a measurement begins.

use std::hint::black_box;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use privatus_sqlite::{RawKey, Row, Value};

use super::owned::owned;
use super::plain::Plain;
use super::sample::{CONVERSATIONS, Sample};
use super::side::Side;

pub(super) const SCHEMA: &str = concat!(
    include_str!("../../../crates/import/src/baseline/specification.sql"),
    "\nALTER TABLE contacts ADD COLUMN profile_picture TEXT;",
    "\nALTER TABLE messages ADD COLUMN reply_to TEXT REFERENCES messages(message_id);\n",
);
const INSERT: &str = "INSERT INTO messages (message_id, contact_id, content, is_outgoing, timestamp) \
                      VALUES (?, ?, ?, ?, ?)";
// `*` is the columns in the schema's order; those of version 1.1.0 are last.
const PAGE: &str =
    "SELECT * FROM messages WHERE contact_id = ? AND timestamp < ? ORDER BY timestamp DESC LIMIT 50";
const ONE: &str = "SELECT * FROM messages WHERE message_id = ?";
/// By rowid: the index alone then finds the last message, and the text key is not searched.
pub(super) const LIST: &str = "SELECT c.contact_id, c.display_name, m.message_id, m.timestamp FROM contacts c \
                    JOIN messages m ON m.rowid = (SELECT rowid FROM messages WHERE contact_id = c.contact_id \
                    ORDER BY timestamp DESC LIMIT 1) ORDER BY m.timestamp DESC LIMIT 50";
/// After every timestamp.
pub(super) const NEWEST: &str = "~";

/// A row of `messages`.
#[allow(dead_code, reason = "a row is read whole, whatever of it a run looks at")]
struct Message {
    message_id: String,
    contact_id: String,
    content: Vec<u8>,
    is_outgoing: bool,
    is_encrypted: bool,
    timestamp: String,
    edited_at: Option<String>,
    is_deleted: bool,
    deleted_at: Option<String>,
    created_at: String,
    updated_at: String,
    reply_to: Option<String>,
}

impl Message {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            message_id: owned(row, 0)?,
            contact_id: owned(row, 1)?,
            content: owned(row, 2)?,
            is_outgoing: owned(row, 3)?,
            is_encrypted: owned(row, 4)?,
            timestamp: owned(row, 5)?,
            edited_at: owned(row, 6)?,
            is_deleted: owned(row, 7)?,
            deleted_at: owned(row, 8)?,
            created_at: owned(row, 9)?,
            updated_at: owned(row, 10)?,
            reply_to: owned(row, 11)?,
        })
    }
}

/// A line of the chat list.
#[allow(dead_code, reason = "as a message")]
struct Chat {
    contact_id: String,
    display_name: String,
    last_message: String,
    last_at: String,
}

impl Chat {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            contact_id: owned(row, 0)?,
            display_name: owned(row, 1)?,
            last_message: owned(row, 2)?,
            last_at: owned(row, 3)?,
        })
    }
}

/// The specification's schema in a plain file, or (as a layout to compare) in an encrypted one.
pub(crate) struct Floor {
    plain: Plain,
    contacts: Vec<String>,
}

impl Floor {
    /// A new file with its contacts.
    pub(crate) fn new(path: &Path, key: Option<RawKey>) -> Result<Self> {
        let mut plain = Plain::create(path, key, SCHEMA)?;
        let contacts: Vec<String> = (0..CONVERSATIONS).map(|chat| format!("contact {chat}")).collect();
        for contact in &contacts {
            plain.run(
                "INSERT INTO contacts (contact_id, display_name, public_key) VALUES (?, ?, '')",
                &[Value::Text(contact), Value::Text(contact)],
            )?;
        }
        Ok(Self { plain, contacts })
    }

    fn put(&mut self, sample: &Sample) -> Result<()> {
        let contact = self.contacts.get(sample.chat).context("no such contact")?;
        let binds = [
            Value::Text(&sample.random_id),
            Value::Text(contact),
            Value::Blob(sample.text.as_bytes()),
            Value::Integer(sample.is_outgoing.into()),
            Value::Text(&sample.at_text),
        ];
        self.plain.run(INSERT, &binds)
    }

    fn page(&mut self, chat: usize, before: &str) -> Result<Vec<Message>> {
        let contact = self.contacts.get(chat).context("no such contact")?;
        let binds = [Value::Text(contact), Value::Text(before)];
        Ok(black_box(self.plain.rows(PAGE, &binds, Message::from_row)?))
    }
}

impl Side for Floor {
    fn insert(&mut self, messages: &[Sample]) -> Result<()> {
        // One statement is a transaction of its own.
        if let [message] = messages {
            return self.put(message);
        }
        self.plain.run("BEGIN IMMEDIATE", &[])?;
        messages.iter().try_for_each(|message| self.put(message))?;
        self.plain.run("COMMIT", &[])
    }

    fn newest(&mut self, chat: usize) -> Result<usize> {
        Ok(self.page(chat, NEWEST)?.len())
    }

    fn page_back(&mut self, chat: usize) -> Result<usize> {
        let mut page = self.page(chat, NEWEST)?;
        let mut read = page.len();
        while let Some(last) = page.get(49) {
            page = self.page(chat, &last.timestamp)?;
            read += page.len();
        }
        Ok(read)
    }

    fn by_id(&mut self, message: &Sample) -> Result<()> {
        let binds = [Value::Text(&message.random_id)];
        // Opaque, so that no column's copy is optimized away.
        let found = black_box(self.plain.row(ONE, &binds, Message::from_row)?);
        ensure!(
            found.is_some_and(|found| found.content == message.text.as_bytes()),
            "the floor lost a message"
        );
        Ok(())
    }

    fn chat_list(&mut self) -> Result<Option<usize>> {
        let chats = black_box(self.plain.rows(LIST, &[], Chat::from_row)?);
        Ok(Some(chats.len()))
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

#[cfg(test)]
mod tests {
    use privatus_sqlite::{Connection, OpenMode, OpenOptions};

    use super::*;

    fn texts(sql: &str, column: i32) -> Vec<String> {
        let mut connection = Connection::open_in_memory(&OpenOptions::new(OpenMode::Create)).unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        let mut texts = Vec::new();
        let read = |row: &Row<'_>| {
            texts.push(owned(row, column)?);
            anyhow::Ok(())
        };
        connection.query(sql, &[], read).unwrap();
        texts
    }

    #[test]
    fn the_schema_is_the_specifications() {
        let specification: Vec<&str> = include_str!("../../../tests/data/spec.sql").lines().collect();
        for line in SCHEMA.lines().skip(2) {
            assert!(specification.contains(&line), "{line}");
        }
        let made = "SELECT type FROM sqlite_schema WHERE name NOT LIKE 'sqlite%'";
        let types = texts(made, 0);
        let tables = types.iter().filter(|kind| *kind == "table").count();
        assert_eq!((tables, types.len() - tables), (17, 15), "tables and indexes");
    }

    #[test]
    fn every_read_goes_by_an_index() {
        for (sql, wanted) in [
            (
                PAGE,
                &[
                    "SEARCH messages USING INDEX idx_messages_contact_timestamp (contact_id=? AND timestamp<?)",
                ][..],
            ),
            (
                ONE,
                &["SEARCH messages USING INDEX sqlite_autoindex_messages_1 (message_id=?)"],
            ),
            (
                LIST,
                &[
                    "SCAN c",
                    "SEARCH m USING INTEGER PRIMARY KEY (rowid=?)",
                    "CORRELATED SCALAR SUBQUERY 1",
                    "SEARCH messages USING COVERING INDEX idx_messages_contact_timestamp (contact_id=?)",
                    "USE TEMP B-TREE FOR ORDER BY",
                ],
            ),
        ] {
            assert_eq!(texts(&format!("EXPLAIN QUERY PLAN {sql}"), 3), wanted);
        }
    }
}
