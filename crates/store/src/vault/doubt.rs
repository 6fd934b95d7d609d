//! Checks whether the database is the one that the key ring's note describes (docs/CRYPTO.md, "The note on the audit
//! log").

use diesel::dsl::exists;
use diesel::prelude::*;
use privatus_crypto::Noted;
use privatus_domain::{Act, NewAuditEntry, NewSecurityEvent, Resource, ResourceKind, SecurityKind, Severity};
use privatus_schema::{SqlBlob, SqlInt, SqlText, audit_log};
use serde_json::{Value, json};

use crate::error::StoreError;
use crate::tx::{ReadTx, WriteTx};

/// The first schema with a chained audit log.
const CHAINED: i64 = 20_261_125_000_003;

/// Stands for the entry that records the last loss: a loss is being accepted.
pub(crate) const ACCEPTING: i64 = -1;

/// A contradiction between the database and the key ring's note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// The database has an older schema than the note allows.
    OlderSchema { noted: i64, found: i64 },
    /// The entry named by the note is missing, and retention did not remove it.
    EntryGone { log_id: i64 },
    /// The entry has a different MAC.
    EntryOther { log_id: i64 },
    /// The entry has no MAC.
    EntryBare { log_id: i64 },
    /// The database says that the note was written, but the key ring has none.
    NoteMissing,
    /// Retention removed the entry named by the note, and the remaining entries do not verify.
    LeftBroken { why: String },
    /// A loss was being accepted, and it is not known whether the log was chained again.
    AcceptBegun,
}

/// What the log says about the entry named by the note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotedEntry {
    /// The entry is there, or the note names none.
    Stands,
    /// Retention removed it, so the note proves nothing about the remaining entries.
    Passed,
    /// Anything else.
    Doubted(Doubt),
}

impl NotedEntry {
    /// Returns the number of an entry that is not there as it was noted.
    pub(crate) const fn lost(&self) -> Option<i64> {
        match self {
            Self::Doubted(
                Doubt::EntryGone { log_id } | Doubt::EntryOther { log_id } | Doubt::EntryBare { log_id },
            ) => Some(*log_id),
            _ => None,
        }
    }

    pub(crate) fn doubt(self) -> Option<Doubt> {
        match self {
            Self::Doubted(doubt) => Some(doubt),
            Self::Stands | Self::Passed => None,
        }
    }
}

impl Doubt {
    /// Returns a doubt if a database with this schema is older than the note allows.
    pub(crate) fn of_schema(noted: &Noted, found: i64) -> Option<Self> {
        let noted = noted.note()?.going_to;
        (found < noted).then_some(Self::OlderSchema { noted, found })
    }

    /// Returns the text for the user.
    pub(crate) fn told(&self) -> String {
        match self {
            Self::OlderSchema { noted, found } => format!(
                "the database had schema {found}, but the key ring notes {noted}: an older build took it back, an older copy \
                 was restored, or someone with the database key took it back to rewrite the audit log"
            ),
            Self::EntryGone { log_id } => format!(
                "entry {log_id}, which the key ring notes, is not in the audit log: entries were removed without the \
                 store, or an older database was restored"
            ),
            Self::EntryOther { log_id } => format!(
                "entry {log_id} of the audit log is not the one that the key ring notes: the log was rewritten"
            ),
            Self::EntryBare { log_id } => format!(
                "entry {log_id} of the audit log is not the one that the key ring notes: the log lost its MACs"
            ),
            Self::NoteMissing => {
                "the key ring has lost its note on the audit log: it is an older copy, from before the \
                                  note was written"
                    .into()
            }
            Self::LeftBroken { why } => format!(
                "the entries that retention left in the audit log do not verify ({why}), and retention removed the entry \
                 that the key ring notes"
            ),
            Self::AcceptBegun => {
                "accepting a loss in the audit log was interrupted or failed; accept it again".into()
            }
        }
    }

    /// An interrupted acceptance can be the result of a mere crash.
    const fn severity(&self) -> Severity {
        match self {
            Self::AcceptBegun => Severity::High,
            _ => Severity::Critical,
        }
    }

    fn details(&self) -> Value {
        match self {
            Self::OlderSchema { noted, found } => json!({ "schema_noted": noted, "schema_found": found }),
            Self::EntryGone { log_id } => json!({ "entry_gone": log_id }),
            Self::EntryOther { log_id } => json!({ "entry_other": log_id }),
            Self::EntryBare { log_id } => json!({ "entry_bare": log_id }),
            Self::NoteMissing => json!({ "note_missing": true }),
            Self::LeftBroken { why } => json!({ "left_broken": why }),
            Self::AcceptBegun => json!({ "accept_begun": true }),
        }
    }
}

/// Returns whether a step back that the key ring notes may have removed the chain.
pub(crate) fn may_lack_chain(noted: &Noted) -> bool {
    noted.note().is_some_and(|note| note.going_to < CHAINED)
}

impl ReadTx<'_> {
    /// Returns whether entries without a MAC may be given one without the owner's consent: only if the key ring knows
    /// of no chain, or of a step back that may have removed it, and if it is not an older key ring, which might not
    /// know. Otherwise the log has lost its chain, and signing it could authenticate a forged log.
    pub(crate) fn may_chain_old_entries(&mut self) -> Result<bool, StoreError> {
        let noted = self.shared.noted();
        let knows_of_none = match noted {
            Noted::Nothing => !self.ring_note_is_known()?,
            Noted::Note(_) => may_lack_chain(&noted),
            Noted::Later => false,
        };
        if !knows_of_none {
            return Ok(false);
        }
        let highest = self.generation()?.max(self.generation_named()?);
        Ok(self.shared.ring_generation() >= highest)
    }

    /// Returns the contradiction between the log and the note, if there is one.
    pub(crate) fn doubt_of_log(&mut self, noted: &Noted) -> Result<Option<Doubt>, StoreError> {
        self.noted_entry(noted).map(NotedEntry::doubt)
    }

    /// Looks up the entry named by the note in the log. An entry that retention removed is covered by the checkpoint.
    pub(crate) fn noted_entry(&mut self, noted: &Noted) -> Result<NotedEntry, StoreError> {
        let note = match noted.note() {
            Some(note) if note.going_to >= CHAINED && note.log_id > 0 => note,
            _ => return Ok(NotedEntry::Stands),
        };
        if note.last_loss == ACCEPTING && note.mac == [0; 32] {
            // The note named no entry before.
            return Ok(NotedEntry::Doubted(Doubt::AcceptBegun));
        }
        let log_id = note.log_id;
        let found = self.db.ask("find the entry that the key ring notes", |db| {
            audit_log::table
                .find(SqlInt(log_id))
                .select(audit_log::mac)
                .get_result(db)
                .optional()
        });
        let found: Option<Option<SqlBlob>> = match found {
            // A value that is not a MAC does not match the noted one.
            Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => Some(Some(SqlBlob::default())),
            found => found?,
        };
        let found = match found {
            Some(Some(mac)) if mac.0 == note.mac => NotedEntry::Stands,
            Some(Some(_)) => NotedEntry::Doubted(Doubt::EntryOther { log_id }),
            Some(None) => NotedEntry::Doubted(Doubt::EntryBare { log_id }),
            None if self.audit_removed_up_to()? >= log_id => NotedEntry::Passed,
            None => NotedEntry::Doubted(Doubt::EntryGone { log_id }),
        };
        Ok(match found {
            NotedEntry::Stands | NotedEntry::Passed if note.last_loss == ACCEPTING => {
                NotedEntry::Doubted(Doubt::AcceptBegun)
            }
            found => found,
        })
    }

    /// Returns whether the database says that the key ring has the note.
    pub(crate) fn ring_note_is_known(&mut self) -> Result<bool, StoreError> {
        let act = Act::KeyRingNote;
        self.db.ask("look for the key ring's note", |db| {
            let entries = audit_log::table
                .filter(audit_log::event_type.eq(SqlText(act.event_type())))
                .filter(audit_log::action.eq(SqlText(act.action())));
            diesel::select(exists(entries)).get_result(db)
        })
    }
}

impl WriteTx<'_> {
    /// Records the contradiction, unless an unresolved event already says the same.
    pub(crate) fn doubt_note(&mut self, doubt: &Doubt) -> Result<(), StoreError> {
        let (at, details) = (self.now(), doubt.details());
        let is_new = self.security_event_once(&NewSecurityEvent {
            at,
            kind: SecurityKind::AuditContradicted,
            severity: doubt.severity(),
            user: None,
            description: doubt.told(),
            raw_data: Some(details.clone().into()),
        })?;
        if !is_new {
            return Ok(());
        }
        let entry = NewAuditEntry::done(at, Act::AuditContradicted)
            .on(Resource::every(ResourceKind::Audit))
            .with(details);
        self.audit(&entry.failed("the audit log is not what the key ring notes"))
    }
}
