//! Writes the key ring's note on the audit log: first the database is made durable, then the key ring is written, then
//! the database records the new generation. A crash in between leaves a note that is true, and a generation that the
//! next open records.

pub(crate) mod anew;
pub(crate) mod down;
#[cfg(test)]
mod tests;

use std::sync::atomic::Ordering;

use privatus_crypto::{AuditNote, KeyRing, Noted, Unlocked};
use privatus_domain::{Act, NewAuditEntry, Resource, ResourceKind};
use serde_json::{Value, json};

use crate::db::connection::Connection;
use crate::error::StoreError;
use crate::run::{read_on, write_durably_on};
use crate::store::Store;
use crate::tx::WriteTx;
use crate::tx::shared::{Shared, system_time};
use crate::upgrade;
use crate::vault::Files;
use crate::vault::doubt::{Doubt, NotedEntry};
use crate::vault::healing::note_before_writing;
use crate::vault::rings::{generation_of, reopen_newest};

/// Returns a note on a database with this schema, replacing `before`. It names the same entry as `before`.
pub(crate) fn note_of(before: &Noted, schema: i64, going_to: i64) -> AuditNote {
    let fresh = || AuditNote {
        schema,
        going_to,
        since: system_time().to_sql(),
        generation: 0,
        log_id: 0,
        mac: [0; 32],
        losses: 0,
        last_loss: 0,
    };
    AuditNote {
        schema,
        going_to,
        ..before.note().cloned().unwrap_or_else(fresh)
    }
}

/// Returns whether the note must be written for a database with this build's schema; `is_passed` if retention removed
/// the entry that it names.
fn is_due(noted: &Noted, is_passed: bool) -> bool {
    let newest = upgrade::newest();
    match noted {
        Noted::Nothing => true,
        Noted::Note(note) => {
            is_passed || note.schema < newest || note.going_to != note.schema || note.log_id == 0
        }
        Noted::Later => false,
    }
}

/// Updates the note when needed: once in a vault that has none, after an upgrade, after an interrupted step back, and
/// after retention removed the entry that it names. In the last case, the remaining log is checked from its beginning
/// first, because otherwise the note could authenticate a log altered in the meantime. Call with `keyring.lock` held. A
/// key ring that has lost its note is reported and recorded; an older key ring is left alone.
pub(crate) fn keep(
    files: &Files,
    db: &mut Connection,
    shared: &Shared,
    unlocked: &Unlocked,
) -> Result<Option<Doubt>, StoreError> {
    let (ring, unlocked) = reopen_newest(files, unlocked)?;
    let noted = unlocked.noted();
    shared.ring_now(&unlocked);
    let look = read_on(db, shared, |tx| {
        let entry = tx.noted_entry(noted)?;
        let is_passed = entry == NotedEntry::Passed;
        if !is_due(noted, is_passed) {
            return Ok(None);
        }
        let mut doubt = entry.doubt();
        if is_passed {
            let broken = tx.audit_walk(None, &mut |_| shared.go_on().is_ok())?.broken;
            doubt = broken.map(|(_, why)| Doubt::LeftBroken { why });
        }
        let is_lost = *noted == Noted::Nothing && tx.ring_note_is_known()?;
        Ok::<_, StoreError>(Some((tx.generation()?, is_lost, doubt)))
    });
    let Some((highest, is_lost, doubt)) = look? else {
        return Ok(None);
    };
    if generation_of(&ring) < highest {
        // Writing the note would make an older key ring the newest.
        return Ok(None);
    }
    let doubt = doubt.or(is_lost.then_some(Doubt::NoteMissing));
    match &doubt {
        Some(found) => write_durably_on(db, shared, |tx| tx.doubt_note(found))?,
        None => write_note(files, db, shared, (&ring, &unlocked), &json!({}), |_| ())?,
    }
    Ok(doubt)
}

/// Writes a key ring. Its first copy puts it in force; if the other fails, the next open rewrites and reports it.
fn put_in_force(files: &Files, ring: &KeyRing) -> Result<(), StoreError> {
    if let Some(error) = files.write_key_rings(&ring.to_bytes())? {
        tracing::debug!(%error, "a copy of the key ring could not be written");
    }
    Ok(())
}

/// Writes the note again, with this build's schema and the newest entry of the log. `more` is added to the details of
/// the audit entry, and `change` makes the last changes to the note. Call with `keyring.lock` held.
fn write_note(
    files: &Files,
    db: &mut Connection,
    shared: &Shared,
    (ring, unlocked): (&KeyRing, &Unlocked),
    more: &Value,
    change: impl FnOnce(&mut AuditNote),
) -> Result<(), StoreError> {
    note_before_writing(files, db, shared, unlocked)?;
    let position = write_durably_on(db, shared, |tx| {
        tx.pending_write()?;
        let highest = tx.generation()?;
        // The transaction must change something, because only a commit makes the entries before it durable too.
        tx.generation_set(highest)?;
        Ok::<_, StoreError>((tx.audit_newest()?, highest))
    });
    let (head, highest) = position?;
    let (before, newest) = (unlocked.noted(), upgrade::newest());
    let mut note = note_of(before, newest, newest);
    (note.log_id, note.mac) = (head.log_id, head.mac);
    change(&mut note);
    let highest = u64::try_from(highest).unwrap_or_default();
    let next = ring.with_note(unlocked, note, &system_time().to_sql(), highest)?;
    put_in_force(files, &next)?;
    shared.ring.fetch_max(next.generation(), Ordering::Relaxed);
    shared.note_now(next.noted());
    // The note counts even if the database cannot be written; the next open records it.
    let noted = write_durably_on(db, shared, |tx| tx.ring_noted(&next, before, more));
    if let Err(error) = noted {
        tracing::debug!(%error, "the key ring's note is not recorded in the database yet");
    }
    Ok(())
}

impl Store {
    /// Runs [`keep`] when a vault is opened. If the log or the schema contradicts the note, it stays, so that the
    /// contradiction can be reported again.
    pub(super) fn ring_note_keep(
        &mut self,
        unlocked: &Unlocked,
        looked: &NotedEntry,
    ) -> Result<(), StoreError> {
        let is_passed = *looked == NotedEntry::Passed;
        if matches!(looked, NotedEntry::Doubted(_)) || !is_due(&self.shared.noted(), is_passed) {
            return Ok(());
        }
        let _lock = self.files.lock_key_ring()?;
        let kept = {
            let mut lease = self.pool.writer()?;
            keep(&self.files, lease.db()?, &self.shared, unlocked)?
        };
        self.warnings.extend(kept.as_ref().map(Doubt::told));
        Ok(())
    }
}

impl WriteTx<'_> {
    /// Records that the note was written to a key ring.
    pub(super) fn ring_noted(
        &mut self,
        ring: &KeyRing,
        before: &Noted,
        more: &Value,
    ) -> Result<(), StoreError> {
        let generation = generation_of(ring);
        self.generation_set(generation)?;
        let mut details = json!({ "generation": generation, "first": *before == Noted::Nothing });
        if let (Some(details), Value::Object(more)) = (details.as_object_mut(), more) {
            details.extend(more.clone());
            if let Some(note) = ring.noted().note() {
                details.insert("schema".into(), note.schema.into());
                details.insert("entry".into(), note.log_id.into());
            }
        }
        let vault = Resource::of(ResourceKind::Vault, self.own_id());
        let entry = NewAuditEntry::done(self.now(), Act::KeyRingNote);
        self.audit(&entry.on(vault).with(details))
    }
}
