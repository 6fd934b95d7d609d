//! `cargo xtask bench`: ours against plain, unencrypted SQLite with the specification's schema, in one run.
//!
//! A first version: bulk insert, the newest 50, one by id. Ours goes through the public API with everything on; the
//! floor uses the same library build, text ids, the same texts, conversations, order and batches, through the same
//! query layer. Pairs alternate; medians are printed.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use diesel::prelude::*;
use privatus_domain::{
    Body, ContactId, ConversationId, DisplayName, MessageId, NewContact, NewMessage, PublicKey, SenderRef,
    Timestamp,
};
use privatus_sqlite::{Connection, OpenMode, OpenOptions};
use privatus_store::{PageStart, Password, Store, StoreError, VaultOptions};

const CONVERSATIONS: usize = 200;
const BATCH: usize = 5_000;
const PAIRS: usize = 5;
/// Reads of one kind in a pair.
const READS: usize = 1_000;
/// 2025-01-01, in milliseconds; a run spreads over six months from there.
const START: i64 = 1_735_689_600_000;
const SPAN: i64 = 180 * 86_400_000;

const FLOOR: &str = "
CREATE TABLE contacts (contact_id TEXT PRIMARY KEY, display_name TEXT NOT NULL);
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

/// One message of the run, the same for both sides.
struct Sample {
    id: String,
    chat: usize,
    text: String,
    at: Timestamp,
}

/// Runs the benchmark and prints a line a name.
///
/// # Errors
/// When a side fails.
pub(crate) fn run(rows: usize) -> Result<()> {
    let rows = rows.max(BATCH);
    let samples = samples(rows)?;
    let folder = tempfile::tempdir()?;
    let mut ratios: [Vec<(f64, f64)>; 3] = Default::default();
    for pair in 0..PAIRS {
        let ours = Ours::fill(&folder.path().join(format!("ours{pair}")), &samples)?;
        let mut floor = Floor::fill(&folder.path().join(format!("floor{pair}.db")), &samples)?;
        let figures = [
            (ours.filled, floor.filled),
            (ours.newest()?, floor.newest()?),
            (ours.by_id(&samples)?, floor.by_id(&samples)?),
        ];
        for (slot, (ours, floor)) in ratios.iter_mut().zip(figures) {
            slot.push((ours.as_secs_f64(), floor.as_secs_f64()));
        }
    }
    let per = [rows, READS, READS];
    println!("{rows} messages, {CONVERSATIONS} conversations, batches of {BATCH}, medians of {PAIRS} pairs");
    println!(
        "{:<16} {:>12} {:>12} {:>8}",
        "name", "ours (µs)", "floor (µs)", "ratio"
    );
    for ((name, figures), per) in ["bulk_insert", "newest_50_warm", "by_id"]
        .iter()
        .zip(ratios)
        .zip(per)
    {
        let scale = 1e6 / f64::from(u32::try_from(per)?);
        let ours = median(figures.iter().map(|pair| pair.0 * scale));
        let floor = median(figures.iter().map(|pair| pair.1 * scale));
        let ratio = median(figures.iter().map(|pair| pair.0 / pair.1));
        println!("{name:<16} {ours:>12.2} {floor:>12.2} {ratio:>8.2}");
    }
    Ok(())
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

fn samples(rows: usize) -> Result<Vec<Sample>> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        // SplitMix64: the same run every time.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let step = SPAN / i64::try_from(rows)?;
    (0..rows)
        .map(|i| {
            let (a, b) = (next(), next());
            let id = format!(
                "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
                a >> 32,
                (a >> 16) & 0xffff,
                a & 0xfff,
                0x8000 | (b >> 50),
                b & 0xffff_ffff_ffff
            );
            let text = format!("{:0>120}", next());
            let at = Timestamp::from_unix_ms(START + step * i64::try_from(i)?)?;
            Ok(Sample {
                id,
                chat: usize::try_from(next() % 200)?,
                text,
                at,
            })
        })
        .collect()
}

struct Ours {
    store: Store,
    chats: Vec<ConversationId>,
    filled: Duration,
}

impl Ours {
    fn fill(path: &Path, samples: &[Sample]) -> Result<Self> {
        let password = Password::new("benchmark")?;
        let (store, _) = Store::create(path, &password, &VaultOptions::cheap_for_tests())?;
        let chats: Result<Vec<ConversationId>, StoreError> = store.write("bench_contacts", |tx| {
            (0..CONVERSATIONS)
                .map(|chat| {
                    let new = NewContact {
                        id: format!("contact {chat}").parse::<ContactId>()?,
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
        let chats = chats?;
        let begun = Instant::now();
        for batch in samples.chunks(BATCH) {
            store.write("bench_batch", |tx| {
                for sample in batch {
                    let chat = chats.get(sample.chat).ok_or(StoreError::Interrupted)?;
                    let id: MessageId = sample.id.parse()?;
                    let body = Body::text(sample.text.as_str())?;
                    let message = NewMessage::received(id, SenderRef::Nobody, body, sample.at);
                    tx.message_insert(chat, &message)?;
                }
                Ok::<_, StoreError>(())
            })?;
        }
        Ok(Self {
            store,
            chats,
            filled: begun.elapsed(),
        })
    }

    fn newest(&self) -> Result<Duration> {
        let read = |chat: &ConversationId| {
            self.store
                .read(|tx| tx.messages_page(chat, &PageStart::Newest, 50))
                .map(|page| page.messages.len())
        };
        for chat in &self.chats {
            read(chat)?;
        }
        let begun = Instant::now();
        for chat in self.chats.iter().cycle().take(READS) {
            read(chat)?;
        }
        Ok(begun.elapsed())
    }

    fn by_id(&self, samples: &[Sample]) -> Result<Duration> {
        let begun = Instant::now();
        for sample in samples.iter().step_by(samples.len() / READS).take(READS) {
            let id: MessageId = sample.id.parse()?;
            self.store.read(|tx| tx.message_by_id(&id))?;
        }
        Ok(begun.elapsed())
    }
}

struct Floor {
    connection: Connection,
    filled: Duration,
}

impl Floor {
    fn fill(path: &Path, samples: &[Sample]) -> Result<Self> {
        let mut connection = Connection::open(path, &OpenOptions::new(OpenMode::Create))?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -64000; \
             PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON",
        )?;
        connection.execute_batch(FLOOR)?;
        for chat in 0..CONVERSATIONS {
            connection.execute_batch(&format!(
                "INSERT INTO contacts VALUES ('contact {chat}', 'Contact {chat}')"
            ))?;
        }
        let begun = Instant::now();
        for batch in samples.chunks(BATCH) {
            connection.execute_batch("BEGIN IMMEDIATE")?;
            for sample in batch {
                let (chat, at) = (format!("contact {}", sample.chat), sample.at.to_sql());
                diesel::insert_into(messages::table)
                    .values((
                        messages::message_id.eq(&sample.id),
                        messages::contact_id.eq(chat),
                        messages::content.eq(sample.text.as_bytes()),
                        messages::is_outgoing.eq(false),
                        messages::timestamp.eq(at),
                    ))
                    .execute(connection.diesel())?;
            }
            connection.execute_batch("COMMIT")?;
        }
        Ok(Self {
            connection,
            filled: begun.elapsed(),
        })
    }

    fn newest(&mut self) -> Result<Duration> {
        for chat in 0..CONVERSATIONS {
            self.page(chat)?;
        }
        let begun = Instant::now();
        for chat in (0..CONVERSATIONS).cycle().take(READS) {
            self.page(chat)?;
        }
        Ok(begun.elapsed())
    }

    fn page(&mut self, chat: usize) -> Result<usize> {
        let rows: Vec<(String, String, Vec<u8>, bool, String)> = messages::table
            .select((
                messages::message_id,
                messages::contact_id,
                messages::content,
                messages::is_outgoing,
                messages::timestamp,
            ))
            .filter(messages::contact_id.eq(format!("contact {chat}")))
            .order(messages::timestamp.desc())
            .limit(50)
            .load(self.connection.diesel())?;
        Ok(rows.len())
    }

    fn by_id(&mut self, samples: &[Sample]) -> Result<Duration> {
        let begun = Instant::now();
        for sample in samples.iter().step_by(samples.len() / READS).take(READS) {
            let content: Vec<u8> = messages::table
                .select(messages::content)
                .filter(messages::message_id.eq(&sample.id))
                .first(self.connection.diesel())?;
            if content.len() != sample.text.len() {
                return Err(anyhow!("the floor lost a message"));
            }
        }
        Ok(begun.elapsed())
    }
}

diesel::table! {
    messages (message_id) {
        message_id -> Text,
        contact_id -> Text,
        content -> Binary,
        is_outgoing -> Bool,
        timestamp -> Text,
    }
}
