//! The key ring's note while a loss is accepted: marked before the log is chained again, and rewritten after it.

use std::sync::atomic::Ordering;

use privatus_crypto::{AuditNote, KeyRing, Secret, Unlocked};
use privatus_domain::AuditHead;
use serde_json::json;

use super::{note_of, put_in_force, write_note};
use crate::error::StoreError;
use crate::store::Store;
use crate::tx::shared::system_time;
use crate::upgrade;
use crate::vault::doubt::ACCEPTING;
use crate::vault::healing::note_before_writing;
use crate::vault::rings::{generation_of, unlock_own};

/// Runs `work`, which chains the log again and returns the number of the entry that says so. The key ring's lock is
/// held, the secret has been checked, and `work` gets what `mend` prepared; if `mend` returns nothing, nothing is
/// changed. First, the note is marked to say that a loss is being accepted: otherwise entries whose MAC stays the same
/// would match the old note, and a crash in between would leave a log that is signed again without the loss being
/// counted. If `work` fails, the note is restored.
pub(crate) fn ring_note_anew<P, T>(
    store: &Store,
    current: &Secret,
    mend: impl FnOnce(&Store) -> Result<Option<P>, StoreError>,
    work: impl FnOnce(&Store, P) -> Result<(T, i64), StoreError>,
) -> Result<Option<T>, StoreError> {
    let _lock = store.files.lock_key_ring()?;
    let (ring, unlocked) = unlock_own(&store.files, store.shared.vault_id, current)?;
    store.shared.ring_now(&unlocked);
    let Some(made_ready) = mend(store)? else {
        return Ok(None);
    };
    let begun = begin(store, &ring, &unlocked)?;
    let before = newest_entry(store);
    let followed = follow(store, &begun).and_then(|()| work(store, made_ready));
    let (done, entry) = match followed {
        Ok(done) => done,
        Err(error) => {
            if before.is_some() && newest_entry(store) == before {
                take_back(store, &begun, &unlocked);
            }
            return Err(error);
        }
    };
    let change = |note: &mut AuditNote| {
        note.losses = note.losses.saturating_add(1);
        note.last_loss = entry;
    };
    let mut lease = store.pool.writer()?;
    let (files, shared) = (&store.files, &store.shared);
    let more = json!({ "loss_accepted": true });
    write_note(files, lease.db()?, shared, (&begun, &unlocked), &more, change)?;
    Ok(Some(done))
}

/// Returns the newest entry that has a MAC, or that there is none; the outer `None` if it cannot be read.
fn newest_entry(store: &Store) -> Option<Option<AuditHead>> {
    match store.read(|tx| tx.audit_newest()) {
        Ok(head) => Some(Some(head)),
        Err(StoreError::NotFound(_)) => Some(None),
        Err(_) => None,
    }
}

/// Records the generation in the database. Queued audit entries keep waiting: the log must first be examined as the
/// user agreed to it.
fn follow(store: &Store, ring: &KeyRing) -> Result<(), StoreError> {
    store.write_durably("audit_settle", |tx| {
        tx.is_settling = true;
        tx.generation_set(generation_of(ring))
    })
}

/// Restores the previous note, as nothing in the log was changed. A key ring that had no note keeps the mark of the
/// loss, because a note that names no entry would hide it.
fn take_back(store: &Store, begun: &KeyRing, unlocked: &Unlocked) {
    let Some(note) = unlocked.noted().note().cloned() else {
        return;
    };
    let written = begun
        .with_note(unlocked, note, &system_time().to_sql(), 0)
        .map_err(StoreError::from)
        .and_then(|next| {
            put_in_force(&store.files, &next)?;
            store.shared.ring.fetch_max(next.generation(), Ordering::Relaxed);
            follow(store, &next)
        });
    if let Err(error) = written {
        // The next open reports that a loss was being accepted.
        tracing::debug!(%error, "the key ring's note was not taken back");
    }
}

/// Marks that a loss is being accepted. The entry named by the note is kept, so that what it proves is not lost.
pub(super) fn begin(store: &Store, ring: &KeyRing, unlocked: &Unlocked) -> Result<KeyRing, StoreError> {
    let mut lease = store.pool.writer()?;
    note_before_writing(&store.files, lease.db()?, &store.shared, unlocked)?;
    drop(lease);
    let highest = u64::try_from(store.read(|tx| tx.generation())?).unwrap_or_default();
    let schema = upgrade::newest();
    let mut note = note_of(unlocked.noted(), schema, schema);
    // A note that names no entry would be ignored.
    note.log_id = note.log_id.max(1);
    note.last_loss = ACCEPTING;
    let next = ring.with_note(unlocked, note, &system_time().to_sql(), highest)?;
    put_in_force(&store.files, &next)?;
    // Otherwise the mark written next would be higher than any key ring's generation.
    store.shared.ring.fetch_max(next.generation(), Ordering::Relaxed);
    Ok(next)
}
