//! Whether the database is the one that the key ring's note knows (docs/CRYPTO.md, "The note on the audit log").

use diesel::dsl::exists;
use diesel::prelude::*;
use privatus_crypto::{Noted, Unlocked};
use privatus_domain::{Act, NewAuditEntry, NewSecurityEvent, Resource, ResourceKind, SecurityKind, Severity};
use privatus_schema::{SqlBlob, SqlInt, SqlText, audit_log};
use serde_json::{Value, json};

use crate::error::StoreError;
use crate::run::read_on;
use crate::store::Store;
use crate::tx::{ReadTx, WriteTx};
use crate::upgrade::Migrator;
use crate::vault::ring_note::ring_now;

/// The first schema with a chained audit log.
const CHAINED: i64 = 20_261_125_000_003;

/// In what the database and the key ring's note contradict each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// The database had an older schema than the note allows.
    OlderSchema { noted: i64, found: i64 },
    /// The entry that the note names is not there, and retention did not remove it.
    EntryGone { log_id: i64 },
    /// It carries another MAC, or none.
    EntryOther { log_id: i64 },
    /// The database says that the note was written, and the key ring has none.
    NoteMissing,
}

impl Doubt {
    /// Whether a database of this schema is older than the note allows.
    pub(crate) fn of_schema(noted: &Noted, found: i64) -> Option<Self> {
        let noted = noted.note()?.going_to;
        (found < noted).then_some(Self::OlderSchema { noted, found })
    }

    /// What a person is told.
    pub(crate) fn told(&self) -> String {
        match self {
            Self::OlderSchema { noted, found } => format!(
                "the database had schema {found}, and the key ring notes {noted}: an older build stepped it back, an older \
                 copy was put back, or somebody who has the database's key did so to rewrite the audit log"
            ),
            Self::EntryGone { log_id } => format!(
                "entry {log_id}, which the key ring notes, is not in the audit log: entries were removed past the store, or \
                 an older database was put back"
            ),
            Self::EntryOther { log_id } => format!(
                "entry {log_id} of the audit log is not the one that the key ring notes: the log was written anew"
            ),
            Self::NoteMissing => {
                "the key ring has lost its note on the audit log: it is an older copy, from before the \
                                  note was written"
                    .into()
            }
        }
    }

    fn details(&self) -> Value {
        match self {
            Self::OlderSchema { noted, found } => json!({ "schema_noted": noted, "schema_found": found }),
            Self::EntryGone { log_id } => json!({ "entry_gone": log_id }),
            Self::EntryOther { log_id } => json!({ "entry_other": log_id }),
            Self::NoteMissing => json!({ "note_missing": true }),
        }
    }
}

/// Whether a step back that the key ring notes may have taken the chain away.
pub(crate) fn may_lack_chain(noted: &Noted) -> bool {
    noted.note().is_some_and(|note| note.going_to < CHAINED)
}

impl Store {
    /// Compares the database, as it was before an upgrade of this open, with the key ring's note; what does not fit is
    /// warned of, and so is what earlier opens met and nobody resolved. Whoever calls writes the doubt down.
    pub(super) fn doubt_look(&mut self, unlocked: &Unlocked, is_older_ring: bool) -> Option<Doubt> {
        let mut looked = self.doubt_of_now(is_older_ring);
        if matches!(looked, Ok((Some(_), _))) {
            // Another process may have changed the log and the note meanwhile: it holds this lock until both are written.
            let _lock = self.files.lock_key_ring();
            if let Ok((_, unlocked)) = ring_now(&self.files, unlocked) {
                self.shared.note_now(unlocked.noted().clone());
                looked = self.doubt_of_now(is_older_ring);
            }
        }
        match looked {
            Ok((doubt, standing)) => {
                self.warnings.extend(doubt.as_ref().map(Doubt::told));
                self.warnings.extend(standing);
                doubt
            }
            Err(error) => {
                let text = format!("the audit log could not be compared with the key ring's note: {error}");
                self.warnings.push(text);
                None
            }
        }
    }

    fn doubt_of_now(&self, is_older_ring: bool) -> Result<(Option<Doubt>, Vec<String>), StoreError> {
        let noted = self.shared.noted();
        let found = self
            .upgrade
            .as_ref()
            .map_or_else(Migrator::newest, |done| done.from);
        let mut lease = self.pool.reader()?;
        read_on(lease.db()?, &self.shared, |tx| {
            let doubt = match Doubt::of_schema(&noted, found) {
                None => tx.doubt_of_log(&noted)?,
                doubt => doubt,
            };
            let mut told = Vec::new();
            told.extend(doubt.as_ref().map(|_| SecurityKind::AuditContradicted));
            told.extend(is_older_ring.then_some(SecurityKind::KeyRingRollback));
            Ok((doubt, tx.standing_events(&told)?))
        })
    }

    /// Writes a doubt down.
    pub(super) fn doubt_write(&self, doubt: Option<&Doubt>) -> Result<(), StoreError> {
        match doubt {
            Some(doubt) => self.write_durably("audit_doubt", |tx| tx.doubt_note(doubt)),
            None => Ok(()),
        }
    }
}

impl ReadTx<'_> {
    /// Whether the entry that the note names is in the log. One that retention removed is behind the checkpoint.
    pub(crate) fn doubt_of_log(&mut self, noted: &Noted) -> Result<Option<Doubt>, StoreError> {
        let note = match noted.note() {
            Some(note) if note.going_to >= CHAINED && note.log_id > 0 => note,
            _ => return Ok(None),
        };
        let log_id = note.log_id;
        let found: Option<Option<SqlBlob>> = self.db.ask("find the entry that the key ring notes", |db| {
            audit_log::table
                .find(SqlInt(log_id))
                .select(audit_log::mac)
                .get_result(db)
                .optional()
        })?;
        Ok(match found {
            Some(Some(mac)) if mac.0 == note.mac => None,
            Some(_) => Some(Doubt::EntryOther { log_id }),
            None if self.audit_removed_up_to()? >= log_id => None,
            None => Some(Doubt::EntryGone { log_id }),
        })
    }

    /// Whether the database says that the key ring has the note.
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
    /// Writes down that the note and the database contradict each other, unless an event that says the same stands.
    pub(crate) fn doubt_note(&mut self, doubt: &Doubt) -> Result<(), StoreError> {
        let (at, details) = (self.now(), doubt.details());
        let is_new = self.security_event_once_said(&NewSecurityEvent {
            at,
            kind: SecurityKind::AuditContradicted,
            severity: Severity::Critical,
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
