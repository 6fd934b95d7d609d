//! Layouts of a month side by side, in encrypted files: what docs/adr/0001 was decided by.
//!
//! Each candidate holds the same rows as a month of the store does (16-byte id, sender, a content as long as a sealed
//! one, flags, times) and a register of ids; nothing is sealed and nothing counted, so the layout alone differs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use diesel::sql_types::{BigInt, Binary, Bool};
use privatus_domain::id::Id;
use privatus_sqlite::RawKey;

use super::plain::Plain;
use super::sample::Sample;
use super::side::Side;
use super::statement::Bind;

const MONTH: i64 = 30 * 86_400_000;
/// What an envelope and the codec's tag add to a text.
const SEALED: usize = 55;
const SCHEMA: &str = "CREATE TABLE locator (locator INTEGER PRIMARY KEY, message_id BLOB NOT NULL UNIQUE, \
                      month BIGINT, a BIGINT, b BIGINT)";
const COLUMNS: &str = "sender BIGINT, content BLOB NOT NULL, is_outgoing BOOLEAN NOT NULL, is_read BOOLEAN NOT NULL, \
                       edited_at BIGINT, created_at BIGINT NOT NULL";
type RowSql = (Binary, BigInt, Binary, Bool, Bool, BigInt, BigInt);
type Row = (Vec<u8>, i64, Vec<u8>, bool, bool, i64, i64);

/// How the rows of a month lie.
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
    const fn table(self) -> (&'static str, &'static str) {
        match self {
            Self::Packed => (
                "place INTEGER PRIMARY KEY, message_id BLOB NOT NULL, timestamp BIGINT NOT NULL",
                "",
            ),
            Self::Clustered => (
                "place BIGINT NOT NULL, timestamp BIGINT NOT NULL, message_id BLOB NOT NULL",
                ", PRIMARY KEY (place, timestamp, message_id)) WITHOUT ROWID",
            ),
            Self::Arrival => (
                "row INTEGER PRIMARY KEY, place BIGINT NOT NULL, message_id BLOB NOT NULL, timestamp BIGINT NOT NULL",
                "",
            ),
        }
    }
}

/// An encrypted file in one layout.
pub(crate) struct Candidate {
    plain: Plain,
    layout: Layout,
    months: BTreeSet<i64>,
    arrived: i64,
}

impl Candidate {
    pub(crate) fn new(path: &Path, layout: Layout, key: RawKey) -> Result<Self> {
        Ok(Self {
            plain: Plain::create(path, Some(key), SCHEMA)?,
            layout,
            months: BTreeSet::new(),
            arrived: 0,
        })
    }

    fn month(&mut self, ms: i64) -> Result<i64> {
        let month = ms / MONTH;
        if self.months.insert(month) {
            let (columns, end) = self.layout.table();
            let end = if end.is_empty() { ")" } else { end };
            self.plain
                .batch(&format!("CREATE TABLE m{month} ({columns}, {COLUMNS}{end}"))?;
            if self.layout == Layout::Arrival {
                self.plain
                    .batch(&format!("CREATE INDEX i{month} ON m{month} (place, timestamp)"))?;
            }
        }
        Ok(month)
    }

    fn place(&self, sample: &Sample) -> Result<i64> {
        let chat = i64::try_from(sample.chat)? + 1;
        Ok(match self.layout {
            Layout::Packed => (chat << 43) | ((sample.at.unix_ms() % MONTH) << 11),
            Layout::Clustered | Layout::Arrival => chat,
        })
    }

    /// Up to 50 rows before a time, from the newest month on.
    fn rows(&mut self, chat: usize, before: i64) -> Result<Vec<Row>> {
        let chat = i64::try_from(chat)? + 1;
        let mut rows: Vec<Row> = Vec::new();
        let months: Vec<i64> = self
            .months
            .iter()
            .rev()
            .copied()
            .filter(|month| month * MONTH < before)
            .collect();
        for month in months {
            let limit = if rows.is_empty() { 50 } else { 51 };
            let found: Vec<Row> = if self.layout == Layout::Packed {
                let low = chat << 43;
                let high = low | ((before - month * MONTH).min(MONTH) << 11);
                let sql = select(month, "place >= ? AND place < ? ORDER BY place DESC", limit);
                self.plain
                    .rows::<RowSql, Row>(&sql, &[Bind::Int(low), Bind::Int(high)])?
            } else {
                let sql = select(
                    month,
                    "place = ? AND timestamp < ? ORDER BY timestamp DESC",
                    limit,
                );
                self.plain
                    .rows::<RowSql, Row>(&sql, &[Bind::Int(chat), Bind::Int(before)])?
            };
            rows.extend(found);
            if rows.len() >= 50 {
                break;
            }
        }
        rows.truncate(50);
        Ok(rows)
    }
}

fn select(month: i64, what: &str, limit: usize) -> String {
    format!(
        "SELECT message_id, sender, content, is_outgoing, is_read, timestamp, created_at FROM m{month} WHERE {what} LIMIT {limit}"
    )
}

fn id_bytes(sample: &Sample) -> Result<&[u8; 16]> {
    match &sample.ordered_id {
        Id::Uuid(bytes) => Ok(bytes),
        Id::Text(_) => anyhow::bail!("an id of the run is no UUID"),
    }
}

impl Side for Candidate {
    fn insert(&mut self, messages: &[Sample]) -> Result<()> {
        self.plain.batch("BEGIN IMMEDIATE")?;
        let mut content = Vec::new();
        for sample in messages {
            let (at, place) = (sample.at.unix_ms(), self.place(sample)?);
            let month = self.month(at)?;
            self.arrived += 1;
            let (a, b) = match self.layout {
                Layout::Packed => (place, Bind::Null),
                Layout::Clustered => (place, Bind::Int(at)),
                Layout::Arrival => (self.arrived, Bind::Null),
            };
            let id = Bind::Blob(id_bytes(sample)?);
            self.plain.run(
                "INSERT INTO locator (message_id, month, a, b) VALUES (?, ?, ?, ?)",
                &[id, Bind::Int(month), Bind::Int(a), b],
            )?;
            content.clear();
            content.extend_from_slice(sample.text.as_bytes());
            content.resize(sample.text.len() + SEALED, 0);
            let row = if self.layout == Layout::Arrival {
                "row, "
            } else {
                ""
            };
            let more = if self.layout == Layout::Arrival { "?, " } else { "" };
            let sql = format!(
                "INSERT INTO m{month} ({row}place, message_id, sender, content, is_outgoing, is_read, timestamp, created_at) \
                 VALUES ({more}?, ?, ?, ?, ?, ?, ?, ?)"
            );
            let binds = [
                Bind::Int(self.arrived),
                Bind::Int(place),
                id,
                Bind::Int(i64::try_from(sample.chat)?),
                Bind::Blob(&content),
                Bind::Int(sample.is_outgoing.into()),
                Bind::Int(1),
                Bind::Int(at),
                Bind::Int(at),
            ];
            let skip = usize::from(self.layout != Layout::Arrival);
            self.plain.run(&sql, binds.get(skip..).unwrap_or_default())?;
        }
        self.plain.batch("COMMIT")
    }

    fn newest(&mut self, chat: usize) -> Result<usize> {
        Ok(self.rows(chat, i64::MAX >> 12)?.len())
    }

    fn page_back(&mut self, chat: usize) -> Result<usize> {
        let (mut before, mut read) = (i64::MAX >> 12, 0);
        loop {
            let rows = self.rows(chat, before)?;
            read += rows.len();
            match rows.get(49) {
                Some(last) => before = last.5,
                None => return Ok(read),
            }
        }
    }

    fn by_id(&mut self, message: &Sample) -> Result<()> {
        let id = Bind::Blob(id_bytes(message)?);
        let at: Vec<(i64, i64, Option<i64>)> =
            self.plain
                .rows::<(BigInt, BigInt, diesel::sql_types::Nullable<BigInt>), _>(
                    "SELECT month, a, b FROM locator WHERE message_id = ?",
                    &[id],
                )?;
        let (month, a, b) = at.first().copied().context("an id is not registered")?;
        let from = "SELECT message_id, sender, content, is_outgoing, is_read, timestamp, created_at FROM";
        let rows: Vec<Row> = match self.layout {
            Layout::Packed => self
                .plain
                .rows::<RowSql, Row>(&format!("{from} m{month} WHERE place = ?"), &[Bind::Int(a)])?,
            Layout::Arrival => self
                .plain
                .rows::<RowSql, Row>(&format!("{from} m{month} WHERE row = ?"), &[Bind::Int(a)])?,
            Layout::Clustered => self.plain.rows::<RowSql, Row>(
                &format!("{from} m{month} WHERE place = ? AND timestamp = ? AND message_id = ?"),
                &[Bind::Int(a), Bind::Int(b.unwrap_or_default()), id],
            )?,
        };
        ensure!(
            rows.first()
                .is_some_and(|row| row.2.starts_with(message.text.as_bytes())),
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
