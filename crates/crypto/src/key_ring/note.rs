//! The note on the audit log: what a database that was altered cannot take back, under the key ring's MAC. It stands in a
//! slot of a kind of its own, which opens nothing; builds that do not know the kind keep it and skip it.

use super::slot::is_name;
use crate::error::CryptoError;
use crate::frame::{self, Fields};

/// The kind of the slot.
pub(super) const KIND: &str = "audit-log-note";
/// The version of what follows in it.
const VERSION: u32 = 1;

/// What is known of the database from outside of it (docs/CRYPTO.md, "The note on the audit log").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditNote {
    /// The schema of the database when the note was written.
    pub schema: i64,
    /// The lowest schema that it may have since: another than `schema` only while a step back is under way.
    pub going_to: i64,
    /// Since when an audit log with a chain is known, as its maker gave it.
    pub since: String,
    /// The generation of the key ring that the note was written in.
    pub generation: u64,
    /// Number of an entry that was in the log and durable then; 0 for none.
    pub log_id: i64,
    /// The MAC of that entry.
    pub mac: [u8; 32],
    /// How often a loss in the log was accepted.
    pub losses: u32,
    /// Number of the entry that says so of the last one; 0 for none.
    pub last_loss: i64,
}

/// Whether a key ring has a note.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Noted {
    /// It has none: a build from before wrote it.
    #[default]
    Nothing,
    /// This one.
    Note(AuditNote),
    /// One of a later version, which is kept as it is.
    Later,
}

impl Noted {
    /// The note, where there is one that this version reads.
    pub fn note(&self) -> Option<&AuditNote> {
        match self {
            Self::Note(note) => Some(note),
            Self::Nothing | Self::Later => None,
        }
    }
}

impl AuditNote {
    /// The slot's bytes.
    pub(super) fn encode(&self, id: u32, created_at: &str) -> Result<Vec<u8>, CryptoError> {
        if !is_name(created_at) || !is_name(&self.since) {
            return Err(CryptoError::CreatedAt);
        }
        frame::fields(&[
            &id.to_le_bytes(),
            KIND.as_bytes(),
            created_at.as_bytes(),
            &VERSION.to_le_bytes(),
            &self.schema.to_le_bytes(),
            &self.going_to.to_le_bytes(),
            self.since.as_bytes(),
            &self.generation.to_le_bytes(),
            &self.log_id.to_le_bytes(),
            &self.mac,
            &self.losses.to_le_bytes(),
            &self.last_loss.to_le_bytes(),
        ])
    }

    /// Reads what stands behind the slot's creation time; `None` when it has no valid form.
    pub(super) fn decode(mut fields: Fields<'_>) -> Option<Noted> {
        let version = fields.take_array().map(u32::from_le_bytes)?;
        if version > VERSION {
            return Some(Noted::Later);
        }
        let note = Self {
            schema: i64::from_le_bytes(fields.take_array()?),
            going_to: i64::from_le_bytes(fields.take_array()?),
            since: std::str::from_utf8(fields.take()?)
                .ok()
                .filter(|since| is_name(since))?
                .to_owned(),
            generation: u64::from_le_bytes(fields.take_array()?),
            log_id: i64::from_le_bytes(fields.take_array()?),
            mac: fields.take_array()?,
            losses: u32::from_le_bytes(fields.take_array()?),
            last_loss: i64::from_le_bytes(fields.take_array()?),
        };
        (version == VERSION && fields.is_at_end()).then_some(Noted::Note(note))
    }
}
