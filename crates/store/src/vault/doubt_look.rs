//! Compares the database with the key ring's note when a vault is opened.

use privatus_crypto::Unlocked;
use privatus_domain::SecurityKind;

use crate::error::StoreError;
use crate::run::read_on;
use crate::store::Store;
use crate::upgrade;
use crate::vault::doubt::{Doubt, NotedEntry};
use crate::vault::rings::{generation_of, reopen_newest};

/// What the comparison found.
struct Looked {
    entry: NotedEntry,
    /// The highest generation of the key ring that the database knows.
    highest: i64,
    /// Warnings about unresolved events.
    standing: Vec<String>,
}

impl Looked {
    /// Returns whether the result may be caused by another process that has written only part of its changes.
    const fn is_odd(&self, ring: i64, mark: i64) -> bool {
        matches!(self.entry, NotedEntry::Doubted(_)) || (ring < self.highest && mark < self.highest)
    }
}

impl Store {
    /// Compares the database, as it was before this open upgraded it, with the key ring's note. Adds warnings for
    /// contradictions and for unresolved findings of earlier opens. The caller records the contradiction. `ring` is the
    /// key ring's generation and `mark` the one in the database; returns also the highest generation known, which may
    /// come from the audit log.
    pub(super) fn doubt_look(&mut self, unlocked: &Unlocked, (ring, mark): (i64, i64)) -> (NotedEntry, i64) {
        let mut looked = self.doubt_of_now((ring, mark));
        if looked.as_ref().is_ok_and(|looked| looked.is_odd(ring, mark)) {
            // Another process may just have changed the log and the key ring; it holds this lock until both are
            // written.
            let _lock = self.files.lock_key_ring();
            if let Ok((now, unlocked)) = reopen_newest(&self.files, unlocked) {
                self.shared.ring_now(&unlocked);
                looked = self.doubt_of_now((generation_of(&now), mark));
            }
        }
        match looked {
            Ok(looked) => {
                if let NotedEntry::Doubted(doubt) = &looked.entry {
                    self.warnings.push(doubt.told());
                }
                self.warnings.extend(looked.standing);
                (looked.entry, looked.highest)
            }
            Err(error) => {
                let why = error.reason();
                let text = format!("the audit log could not be compared with the key ring's note: {why}");
                self.warnings.push(text);
                (NotedEntry::Stands, mark)
            }
        }
    }

    fn doubt_of_now(&self, (ring, mark): (i64, i64)) -> Result<Looked, StoreError> {
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
            // If the generations cannot be read, the doubt is still reported.
            let named = tx.generation_named();
            let unread = named.as_ref().err().map(|error| {
                format!(
                    "the key ring generations in the audit log could not be read: {}",
                    error.reason()
                )
            });
            let named = named.unwrap_or_default();
            // A mark below the key ring's own generation only means that it could not be recorded.
            let highest = if ring < named { mark.max(named) } else { mark };
            let mut told = Vec::new();
            told.extend(is_doubted.then_some(SecurityKind::AuditContradicted));
            told.extend((ring < highest).then_some(SecurityKind::KeyRingRollback));
            let mut standing = tx.standing_events(&told).unwrap_or_else(|error| {
                vec![format!(
                    "unresolved security events could not be read: {}",
                    error.reason()
                )]
            });
            standing.extend(unread);
            Ok(Looked {
                entry: looked,
                highest,
                standing,
            })
        })
    }

    /// Records a contradiction.
    pub(super) fn doubt_write(&self, doubt: Option<&Doubt>) -> Result<(), StoreError> {
        match doubt {
            Some(doubt) => self.write_durably("audit_doubt", |tx| tx.doubt_note(doubt)),
            None => Ok(()),
        }
    }
}
