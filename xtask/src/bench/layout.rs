//! Layouts of a month side by side, in encrypted files: the measurements behind docs/adr/0001.
//!
//! Each candidate holds the same rows as a month of the store does (16-byte id, sender, a content as long as a sealed
//! one, flags, times) and a register of ids; nothing is sealed and nothing counted, so the layout alone differs.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use privatus_domain::Id;
use privatus_sqlite::{RawKey, Row, Value};

use super::owned::owned;
use super::plain::Plain;
use super::sample::Sample;
use super::side::Side;

const MONTH: i64 = 30 * 86_400_000;
/// What an envelope and the codec's tag add to a text.
const SEALED: usize = 55;
const SCHEMA: &str = "CREATE TABLE locator (locator INTEGER PRIMARY KEY, message_id BLOB NOT NULL UNIQUE, \
                      month BIGINT, a BIGINT, b BIGINT)";
const REGISTER: &str = "INSERT INTO locator (message_id, month, a, b) VALUES (?, ?, ?, ?)";
const LOCATE: &str = "SELECT month, a, b FROM locator WHERE message_id = ?";
const COLUMNS: &str = "sender BIGINT, content BLOB NOT NULL, is_outgoing BOOLEAN NOT NULL, is_read BOOLEAN NOT NULL, \
                       edited_at BIGINT, created_at BIGINT NOT NULL";
/// Later than any message.
const NEWEST: i64 = i64::MAX >> 12;

/// A row of a month.
#[allow(dead_code, reason = "a row is read whole, whatever of it a run looks at")]
struct Message {
    place: i64,
    message_id: Vec<u8>,
    sender: i64,
    content: Vec<u8>,
    is_outgoing: bool,
    is_read: bool,
    timestamp: i64,
    edited_at: Option<i64>,
    created_at: i64,
}

impl Message {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            place: owned(row, 0)?,
            message_id: owned(row, 1)?,
            sender: owned(row, 2)?,
            content: owned(row, 3)?,
            is_outgoing: owned(row, 4)?,
            is_read: owned(row, 5)?,
            timestamp: owned(row, 6)?,
            edited_at: owned(row, 7)?,
            created_at: owned(row, 8)?,
        })
    }
}

/// How the rows of a month are stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// One B-tree keyed by an integer packed from conversation, time and tie-break.
    Packed,
    /// One B-tree keyed by (conversation, time, id), WITHOUT ROWID.
    Clustered,
    /// Rows as they arrive, and an index over (conversation, time).
    Arrival,
}

impl Layout {
    /// Returns the SQL that creates a month.
    fn schema(self, month: i64) -> String {
        match self {
            Self::Packed => format!(
                "CREATE TABLE m{month} (place INTEGER PRIMARY KEY, message_id BLOB NOT NULL, \
                 timestamp BIGINT NOT NULL, {COLUMNS})"
            ),
            Self::Clustered => format!(
                "CREATE TABLE m{month} (place BIGINT NOT NULL, timestamp BIGINT NOT NULL, message_id BLOB NOT NULL, \
                 {COLUMNS}, PRIMARY KEY (place, timestamp, message_id)) WITHOUT ROWID"
            ),
            Self::Arrival => format!(
                "CREATE TABLE m{month} (row INTEGER PRIMARY KEY, place BIGINT NOT NULL, message_id BLOB NOT NULL, \
                 timestamp BIGINT NOT NULL, {COLUMNS}); CREATE INDEX i{month} ON m{month} (place, timestamp)"
            ),
        }
    }
}

/// The statements of a month, written once.
struct Month {
    insert: String,
    page: String,
    one: String,
}

impl Month {
    fn new(layout: Layout, month: i64) -> Self {
        let (row, page, one) = match layout {
            Layout::Packed => ("", "place >= ? AND place < ? ORDER BY place DESC", "place = ?"),
            Layout::Clustered => (
                "",
                "place = ? AND timestamp < ? ORDER BY timestamp DESC",
                "place = ? AND timestamp = ? AND message_id = ?",
            ),
            Layout::Arrival => (
                "row, ",
                "place = ? AND timestamp < ? ORDER BY timestamp DESC",
                "row = ?",
            ),
        };
        let more = if row.is_empty() { "" } else { "?, " };
        let select = format!(
            "SELECT place, message_id, sender, content, is_outgoing, is_read, timestamp, edited_at, created_at \
             FROM m{month} WHERE"
        );
        Self {
            insert: format!(
                "INSERT INTO m{month} ({row}place, message_id, sender, content, is_outgoing, is_read, timestamp, \
                 created_at) VALUES ({more}?, ?, ?, ?, ?, ?, ?, ?)"
            ),
            page: format!("{select} {page} LIMIT 50"),
            one: format!("{select} {one}"),
        }
    }
}

/// An encrypted file in one layout.
pub(crate) struct Candidate {
    plain: Plain,
    layout: Layout,
    months: BTreeMap<i64, Month>,
    arrived: i64,
    /// A buffer for the content to bind, reused.
    content: Vec<u8>,
}

impl Candidate {
    /// A new file without months.
    pub(crate) fn new(path: &Path, layout: Layout, key: RawKey) -> Result<Self> {
        Ok(Self {
            plain: Plain::create(path, Some(key), SCHEMA)?,
            layout,
            months: BTreeMap::new(),
            arrived: 0,
            content: Vec::new(),
        })
    }

    fn place(&self, sample: &Sample) -> Result<i64> {
        let chat = i64::try_from(sample.chat)? + 1;
        Ok(match self.layout {
            Layout::Packed => (chat << 43) | ((sample.at.unix_ms() % MONTH) << 11),
            Layout::Clustered | Layout::Arrival => chat,
        })
    }

    fn put(&mut self, sample: &Sample) -> Result<()> {
        let (at, place) = (sample.at.unix_ms(), self.place(sample)?);
        let number = at / MONTH;
        if !self.months.contains_key(&number) {
            self.plain.batch(&self.layout.schema(number))?;
            self.months.insert(number, Month::new(self.layout, number));
        }
        let month = self.months.get(&number).context("a month was not made")?;
        self.arrived += 1;
        let (a, b) = match self.layout {
            Layout::Packed => (place, Value::Null),
            Layout::Clustered => (place, Value::Integer(at)),
            Layout::Arrival => (self.arrived, Value::Null),
        };
        let id = Value::Blob(id_bytes(sample)?);
        self.plain
            .run(REGISTER, &[id, Value::Integer(number), Value::Integer(a), b])?;
        self.content.clear();
        self.content.extend_from_slice(sample.text.as_bytes());
        self.content.resize(sample.text.len() + SEALED, 0);
        let binds = [
            Value::Integer(self.arrived),
            Value::Integer(place),
            id,
            Value::Integer(i64::try_from(sample.chat)?),
            Value::Blob(&self.content),
            Value::Integer(sample.is_outgoing.into()),
            Value::Integer(1),
            Value::Integer(at),
            Value::Integer(at),
        ];
        let skip = usize::from(self.layout != Layout::Arrival);
        self.plain
            .run(&month.insert, binds.get(skip..).unwrap_or_default())
    }

    /// Up to 50 rows before a time, from the newest month on.
    fn page(&mut self, chat: usize, before: i64) -> Result<Vec<Message>> {
        let chat = i64::try_from(chat)? + 1;
        let mut rows = Vec::with_capacity(50);
        for (number, month) in self.months.iter().rev() {
            let start = number * MONTH;
            if start >= before {
                continue;
            }
            let binds = if self.layout == Layout::Packed {
                let low = chat << 43;
                let high = low | ((before - start).min(MONTH) << 11);
                [Value::Integer(low), Value::Integer(high)]
            } else {
                [Value::Integer(chat), Value::Integer(before)]
            };
            self.plain
                .rows_into(&mut rows, &month.page, &binds, Message::from_row)?;
            if rows.len() >= 50 {
                break;
            }
        }
        rows.truncate(50);
        Ok(black_box(rows))
    }
}

fn id_bytes(sample: &Sample) -> Result<&[u8; 16]> {
    match &sample.ordered_id {
        Id::Uuid(bytes) => Ok(bytes),
        Id::Text(_) => anyhow::bail!("an id of the run is not a UUID"),
    }
}

impl Side for Candidate {
    fn insert(&mut self, messages: &[Sample]) -> Result<()> {
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
            page = self.page(chat, last.timestamp)?;
            read += page.len();
        }
        Ok(read)
    }

    fn by_id(&mut self, message: &Sample) -> Result<()> {
        let id = Value::Blob(id_bytes(message)?);
        let at = self.plain.row(LOCATE, &[id], |row| {
            Ok((
                owned::<i64>(row, 0)?,
                owned(row, 1)?,
                owned::<Option<i64>>(row, 2)?,
            ))
        })?;
        let (number, a, b) = at.context("an id is not registered")?;
        let month = self.months.get(&number).context("an id's month is not there")?;
        let binds = [Value::Integer(a), Value::Integer(b.unwrap_or_default()), id];
        let wanted = if self.layout == Layout::Clustered { 3 } else { 1 };
        let binds = binds.get(..wanted).unwrap_or_default();
        // Opaque, so that no column's copy is optimized away.
        let found = black_box(self.plain.row(&month.one, binds, Message::from_row)?);
        ensure!(
            found.is_some_and(|found| found.content.starts_with(message.text.as_bytes())),
            "a layout lost a message"
        );
        Ok(())
    }

    fn chat_list(&mut self) -> Result<Option<usize>> {
        Ok(None)
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
