//! The note next to a copy of the database, which proves that this vault made it (docs/CRYPTO.md, "The note of a
//! snapshot").

use std::fs::File;

use privatus_crypto::{Digest, Unlocked};
use serde::{Deserialize, Serialize};

use crate::folder::ends_of;

const FORMAT: &str = "privatus-snapshot-note-1";
/// How many bytes of the copy's beginning and end are noted.
const END: u64 = 4_096;
/// A note is smaller; a larger file is not a note.
pub(super) const NOTE_MAX: u64 = 4_096;

/// What is noted about a copy.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Note {
    format: String,
    file: String,
    bytes: u64,
    content: String,
    mac: String,
}

impl Note {
    /// Returns the note for the copy that gets this name.
    pub(super) fn of(name: &str, copy: &mut File, unlocked: &Unlocked) -> std::io::Result<Self> {
        let (bytes, content) = content_of(copy)?;
        let vault = unlocked.vault_id();
        let fields = fields(vault.as_bytes(), name, &bytes.to_le_bytes(), &content);
        let mac = unlocked
            .master()
            .snapshot_key()
            .mac(&fields.each_ref().map(Vec::as_slice));
        Ok(Self {
            format: FORMAT.to_owned(),
            file: name.to_owned(),
            bytes,
            content: hex(&content),
            mac: hex(&mac),
        })
    }

    /// Reads a note; `None` unless this vault wrote it for the copy with this name.
    pub(super) fn read(bytes: &[u8], name: &str, unlocked: &Unlocked) -> Option<Self> {
        let note: Self = serde_json::from_slice(bytes).ok()?;
        let vault = unlocked.vault_id();
        let content = unhex(&note.content)?;
        let fields = fields(vault.as_bytes(), &note.file, &note.bytes.to_le_bytes(), &content);
        let fields = fields.each_ref().map(Vec::as_slice);
        let is_ours = note.format == FORMAT
            && note.file == name
            && unlocked
                .master()
                .snapshot_key()
                .is_mac(&fields, &unhex(&note.mac)?);
        is_ours.then_some(note)
    }

    /// Returns the file's bytes.
    pub(super) fn to_bytes(&self) -> std::io::Result<Vec<u8>> {
        Ok(serde_json::to_vec(self)?)
    }

    /// Returns whether a file is the copy that was noted.
    pub(super) fn is_of(&self, copy: &mut File) -> std::io::Result<bool> {
        let (bytes, content) = content_of(copy)?;
        Ok(bytes == self.bytes && hex(&content) == self.content)
    }
}

fn fields(vault: &[u8], name: &str, bytes: &[u8], content: &[u8]) -> [Vec<u8>; 4] {
    [
        vault.to_vec(),
        name.as_bytes().to_vec(),
        bytes.to_vec(),
        content.to_vec(),
    ]
}

/// Returns the size, and a digest of both ends. A copy that SQLite has changed has a different first page; a user's
/// text file has different bytes.
fn content_of(copy: &mut File) -> std::io::Result<(u64, [u8; 32])> {
    let mut digest = Digest::new();
    for end in ends_of(copy, END)? {
        digest.update(&end);
    }
    Ok((copy.metadata()?.len(), digest.finalize()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    (hex(&bytes) == text).then_some(bytes)
}
