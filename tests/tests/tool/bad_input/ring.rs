//! A key ring taken apart and put together again, with a checksum that fits: what an attacker can write.
//!
//! Made from docs/CRYPTO.md alone, not from the crate that it is to test.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use privatus_store::Digest;
use serde_json::Value;

/// Both copies by name.
pub(crate) const COPIES: [&str; 2] = ["keyring.json", "keyring.json.1"];

/// The fields of a body; the slots are the last of them.
#[derive(Clone)]
pub(crate) struct Ring {
    file: Value,
    pub(crate) fields: Vec<Vec<u8>>,
}

/// Names of the body's fields before its slots.
pub(crate) const FIELDS: [&str; 7] = [
    "vault id",
    "generation",
    "cipher salt",
    "database key",
    "pending database key",
    "pending master key",
    "number of slots",
];

/// Names of a slot's fields.
pub(crate) const SLOT: [&str; 8] = [
    "id",
    "kind",
    "created at",
    "KDF name",
    "KDF parameters",
    "salt",
    "key check",
    "wrapped master key",
];

impl Ring {
    pub(crate) fn of(vault: &Path) -> Self {
        let file: Value = serde_json::from_slice(&fs::read(vault.join(COPIES[0])).unwrap()).unwrap();
        let body = BASE64.decode(file["body"].as_str().unwrap()).unwrap();
        let fields = split(&body);
        assert_eq!(
            fields.len(),
            FIELDS.len() + 3,
            "a password, a recovery code and the note"
        );
        Self { file, fields }
    }

    /// The fields of a slot: 0 is the password's, 1 the recovery code's.
    pub(crate) fn slot(&self, slot: usize) -> Vec<Vec<u8>> {
        let fields = split(&self.fields[FIELDS.len() + slot]);
        assert_eq!(fields.len(), SLOT.len());
        fields
    }

    pub(crate) fn with_slot(&self, slot: usize, fields: &[Vec<u8>]) -> Self {
        let mut ring = self.clone();
        ring.fields[FIELDS.len() + slot] = join(fields);
        ring
    }

    /// The key ring with another iteration count in the password's slot.
    pub(crate) fn with_iterations(&self, iterations: u32) -> Self {
        let mut slot = self.slot(0);
        slot[4] = iterations.to_le_bytes().to_vec();
        self.with_slot(0, &slot)
    }

    /// The file, with its checksum computed again and its old MAC.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let body = join(&self.fields);
        let mut digest = Digest::new();
        digest.update(&body);
        let mut file = self.file.clone();
        file["body"] = BASE64.encode(&body).into();
        file["checksum"] = BASE64.encode(digest.finalize()).into();
        let text = |name: &str| file[name].as_str().unwrap().to_owned();
        format!(
            r#"{{"format":"{}","body":"{}","checksum":"{}","mac":"{}"}}"#,
            text("format"),
            text("body"),
            text("checksum"),
            text("mac")
        )
        .into_bytes()
    }

    pub(crate) fn put(&self, vault: &Path) {
        put(vault, &self.bytes());
    }
}

/// Writes both copies.
pub(crate) fn put(vault: &Path, bytes: &[u8]) {
    for name in COPIES {
        fs::write(vault.join(name), bytes).unwrap();
    }
}

/// Flips the lowest bit of a field's first byte; an empty field gets 72 bytes.
pub(crate) fn flip(field: &mut Vec<u8>) {
    match field.first_mut() {
        Some(byte) => *byte ^= 1,
        None => field.resize(72, 7),
    }
}

fn split(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_at(4);
        let length = u32::from_le_bytes(length.try_into().unwrap());
        let (field, rest) = rest.split_at(usize::try_from(length).unwrap());
        fields.push(field.to_vec());
        bytes = rest;
    }
    fields
}

fn join(fields: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for field in fields {
        bytes.extend(u32::try_from(field.len()).unwrap().to_le_bytes());
        bytes.extend(field);
    }
    bytes
}
