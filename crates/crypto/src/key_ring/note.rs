//! The note on the audit log: facts under the key ring's MAC that an altered database cannot revert. It is stored in a
//! slot of its own kind, which opens nothing; builds that do not know the kind keep it and skip it.

use super::name::is_name;
use crate::error::CryptoError;
use crate::frame::{self, Fields};

/// The kind of the slot.
pub(super) const KIND: &str = "audit-log-note";
/// The version of the slot's contents.
const VERSION: u32 = 1;

/// What is known about the database from outside it (docs/CRYPTO.md, "The note on the audit log").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditNote {
    /// The schema of the database when the note was written.
    pub schema: i64,
    /// The lowest schema that the database may have since: differs from `schema` only while a step is being taken
    /// back.
    pub going_to: i64,
    /// Since when an audit log with a chain is known to exist, as the caller gave it.
    pub since: String,
    /// The generation of the key ring in which the note was written.
    pub generation: u64,
    /// Number of an entry that was durable in the log at that time; 0 if none.
    pub log_id: i64,
    /// The MAC of that entry.
    pub mac: [u8; 32],
    /// How often a loss in the log was accepted.
    pub losses: u32,
    /// Number of the entry that records the last such acceptance; 0 if none.
    pub last_loss: i64,
}

/// The state of a key ring's note.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Noted {
    /// There is none: an older build wrote the key ring.
    #[default]
    Nothing,
    /// This note.
    Note(AuditNote),
    /// A note of a later version, which is kept unchanged.
    Later,
}

impl Noted {
    /// The note, if this version can read it.
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

    /// Reads the slot's fields after its creation time; `None` if malformed.
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
