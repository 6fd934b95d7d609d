//! Writes databases as the Python application did, including ones that only an accident leaves.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use aes::cipher::{BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use hmac::{Hmac, KeyInit, Mac};
use privatus_import::legacy::{
    Chain, FoundKeys, Item, LegacyError, Problem, Record, SearchOptions, Source, Summary, Zone,
};
use privatus_sqlite::{Connection, OpenMode, OpenOptions};
use sha2::{Digest as _, Sha256};

pub const PASSWORD: &str = "Correct-Horse-7";
pub const ALICE: &str = "11111111-1111-4111-8111-111111111111";

pub const TABLES: &str = "
CREATE TABLE contacts (contact_id TEXT PRIMARY KEY, display_name TEXT NOT NULL, public_key TEXT NOT NULL,
    is_verified BOOLEAN DEFAULT FALSE, is_online BOOLEAN DEFAULT FALSE,
    added_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, last_seen TIMESTAMP);
CREATE TABLE messages (message_id TEXT PRIMARY KEY, contact_id TEXT NOT NULL, content BLOB NOT NULL,
    is_outgoing BOOLEAN NOT NULL, is_encrypted BOOLEAN DEFAULT TRUE,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP, FOREIGN KEY (contact_id) REFERENCES contacts (contact_id));
CREATE TABLE settings (key TEXT PRIMARY KEY, value BLOB NOT NULL, updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE INDEX idx_messages_contact_id ON messages(contact_id);
CREATE INDEX idx_messages_timestamp ON messages(timestamp);";

pub type Key = [u8; 32];

pub fn derive(password: &str, salt: &[u8], iterations: u64) -> Key {
    let mut chain = Chain::new(password.as_bytes(), salt);
    while chain.iterations() < iterations {
        chain.step();
    }
    let mut key = [0; 32];
    chain.output_to(&mut key);
    key
}

pub fn first_generation_key(original_path: &str) -> Key {
    derive(
        "privatus_secure_storage_2024",
        &Sha256::digest(original_path.as_bytes())[..16],
        100_000,
    )
}

/// A Fernet token; the IV is derived from key and text, which is enough for a test.
pub fn seal(key: &Key, text: &[u8]) -> Vec<u8> {
    let iv: [u8; 16] = Sha256::digest([&key[..], text].concat())[..16]
        .try_into()
        .unwrap();
    let encryption: [u8; 16] = key[16..].try_into().unwrap();
    let mut raw = [&[0x80][..], &1_750_000_000_u64.to_be_bytes(), &iv].concat();
    let cipher = cbc::Encryptor::<aes::Aes128>::new(&encryption.into(), &iv.into());
    let mut sealed = vec![0; text.len() + 16];
    raw.extend_from_slice(cipher.encrypt_padded_b2b::<Pkcs7>(text, &mut sealed).unwrap());
    let mut mac = Hmac::<Sha256>::new_from_slice(&key[..16]).unwrap();
    mac.update(&raw);
    raw.extend_from_slice(&mac.finalize().into_bytes());
    URL_SAFE.encode(raw).into_bytes()
}

/// A token with one flipped bit in the ciphertext.
pub fn damaged(mut token: Vec<u8>) -> Vec<u8> {
    let place = token.len() / 2;
    token[place] = if token[place] == b'A' { b'B' } else { b'A' };
    token
}

pub fn blob(bytes: &[u8]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("x'{hex}'")
}

pub struct Maker {
    pub folder: tempfile::TempDir,
    connection: Connection,
    pub salt: [u8; 32],
    count: usize,
}

impl Maker {
    /// A second-generation folder: database and salt.
    pub fn new() -> Self {
        let maker = Self::without_salt();
        std::fs::write(maker.folder.path().join("privatus_chat.salt"), maker.salt).unwrap();
        maker
    }

    /// A first-generation folder.
    pub fn without_salt() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("privatus_chat.db");
        let mut connection = Connection::open(&path, &OpenOptions::new(OpenMode::Create)).unwrap();
        // Python leaves foreign keys off; and no test should wait for a disk.
        connection
            .execute_batch("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF")
            .unwrap();
        connection.execute_batch(TABLES).unwrap();
        let mut maker = Self {
            folder,
            connection,
            salt: *b"0123456789abcdef0123456789abcdef",
            count: 0,
        };
        maker.sql(&format!(
            "INSERT INTO contacts VALUES ('{ALICE}', 'Alice', 'a2V5', 1, 0, '2025-06-01T10:00:00', NULL)"
        ));
        maker
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("privatus_chat.db")
    }

    pub fn key(&self, iterations: u64) -> Key {
        derive(PASSWORD, &self.salt, iterations)
    }

    pub fn sql(&mut self, sql: &str) {
        self.connection.execute_batch(sql).unwrap();
    }

    /// Adds a message with that token, a minute after the last one.
    pub fn token(&mut self, token: &[u8]) {
        let number = self.count;
        self.count += 1;
        let (hour, minute) = (10 + number / 60 % 12, number % 60);
        self.sql(&format!(
            "INSERT INTO messages VALUES ('m{number}', '{ALICE}', {}, {}, 1, '2025-06-02T{hour}:{minute:02}:00')",
            blob(token),
            number % 2
        ));
    }

    pub fn message(&mut self, key: &Key, text: &str) {
        self.token(&seal(key, text.as_bytes()));
    }

    pub fn messages(&mut self, key: &Key, count: usize) {
        for number in 0..count {
            self.message(key, &format!("message {number} of {count}"));
        }
    }

    pub fn setting(&mut self, key: &Key, name: &str, json: &str) {
        let value = blob(&seal(key, json.as_bytes()));
        self.sql(&format!(
            "INSERT OR REPLACE INTO settings VALUES ('{name}', {value}, '2025-06-01T10:00:00')"
        ));
    }

    /// Copies the files to another folder as they are now: what a crash at this moment leaves.
    pub fn crash(&self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for entry in std::fs::read_dir(self.folder.path()).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
        }
        folder
    }

    /// Closes the database; the folder exists as long as the return value.
    pub fn close(self) -> tempfile::TempDir {
        self.folder
    }
}

pub fn search(path: &Path, password: &str, bound: u64) -> Result<FoundKeys, LegacyError> {
    let options = SearchOptions {
        password: Some(password.as_bytes()),
        max_iterations: bound,
        ..SearchOptions::default()
    };
    Source::open(path)?.find_keys(&options, &mut |_| ControlFlow::Continue(()))
}

/// Iteration counts and rows of the keys, by count.
pub fn counts(found: &FoundKeys) -> Vec<(u64, u64)> {
    let mut counts: Vec<_> = found.keys.iter().map(|key| (key.iterations, key.rows)).collect();
    counts.sort_unstable();
    counts
}

/// Everything that a source returns.
pub struct Read {
    pub records: Vec<Record>,
    pub problems: Vec<Problem>,
    pub summary: Summary,
}

impl Read {
    pub fn texts<'a>(&'a self) -> Vec<&'a str> {
        let text = |record: &'a Record| match record {
            Record::Message(message) => Some(message.text.as_str()),
            _ => None,
        };
        self.records.iter().filter_map(text).collect()
    }

    /// The problems as displayed.
    pub fn shown(&self) -> Vec<String> {
        self.problems.iter().map(Problem::to_string).collect()
    }
}

pub fn read_all(source: &mut Source, keys: &FoundKeys, zone: &str) -> Read {
    let zone = Zone::named(zone).unwrap();
    let (mut records, mut problems) = (Vec::new(), Vec::new());
    let mut items = source.records(keys, &zone);
    for item in &mut items {
        match item.unwrap() {
            Item::Record(record) => records.push(record),
            Item::Problem(problem) => problems.push(problem),
        }
    }
    let summary = items.summary();
    Read {
        records,
        problems,
        summary,
    }
}

/// Opens, searches and reads with the usual password.
pub fn read(path: &Path, bound: u64) -> Read {
    let keys = search(path, PASSWORD, bound).unwrap();
    read_all(&mut Source::open(path).unwrap(), &keys, "UTC")
}
