//! An open's look at the database by the key ring's note.

use privatus_crypto::Unlocked;
use privatus_domain::SecurityKind;

use crate::error::StoreError;
use crate::run::read_on;
use crate::store::Store;
use crate::upgrade;
use crate::vault::doubt::{Doubt, NotedEntry};
use crate::vault::rings::reopen_newest;

impl Store {
    /// Compares the database, as it was before an upgrade of this open, with the key ring's note; what does not fit is
    /// warned of, and so is what earlier opens met and nobody resolved. Whoever calls writes the doubt down.
    pub(super) fn doubt_look(&mut self, unlocked: &Unlocked, is_older_ring: bool) -> NotedEntry {
        let mut looked = self.doubt_of_now(is_older_ring);
        if matches!(looked, Ok((NotedEntry::Doubted(_), _))) {
            // Another process may have changed the log and the note meanwhile: it holds this lock until both are written.
            let _lock = self.files.lock_key_ring();
            if let Ok((_, unlocked)) = reopen_newest(&self.files, unlocked) {
                self.shared.note_now(unlocked.noted().clone());
                looked = self.doubt_of_now(is_older_ring);
            }
        }
        match looked {
            Ok((found, standing)) => {
                if let NotedEntry::Doubted(doubt) = &found {
                    self.warnings.push(doubt.told());
                }
                self.warnings.extend(standing);
                found
            }
            Err(error) => {
                let text = format!("the audit log could not be compared with the key ring's note: {error}");
                self.warnings.push(text);
                NotedEntry::Stands
            }
        }
    }

    fn doubt_of_now(&self, is_older_ring: bool) -> Result<(NotedEntry, Vec<String>), StoreError> {
        let noted = self.shared.noted();
        let found = self
            .upgrade
            .as_ref()
            .map_or_else(upgrade::newest, |done| done.from);
        let mut lease = self.pool.reader()?;
        read_on(lease.db()?, &self.shared, |tx| {
            let looked = match Doubt::of_schema(&noted, found) {
                None => tx.noted_entry(&noted)?,
                Some(doubt) => NotedEntry::Doubted(doubt),
            };
            let is_doubted = matches!(looked, NotedEntry::Doubted(_));
            let mut told = Vec::new();
            told.extend(is_doubted.then_some(SecurityKind::AuditContradicted));
            told.extend(is_older_ring.then_some(SecurityKind::KeyRingRollback));
            // A row that cannot be read hides no doubt.
            let standing = tx.standing_events(&told).unwrap_or_else(|error| {
                vec![format!(
                    "security events that may stand could not be read: {error}"
                )]
            });
            Ok((looked, standing))
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
