//! The key ring's note around a loss that is accepted: begun before the log is chained anew, and written anew behind it.

use privatus_crypto::{AuditNote, KeyRing, Secret, Unlocked};
use serde_json::json;

use super::{note_of, write_note};
use crate::error::StoreError;
use crate::store::Store;
use crate::tx::shared::system_time;
use crate::upgrade;
use crate::vault::doubt::ACCEPTING;
use crate::vault::healing::note_before_writing;
use crate::vault::rings::{generation_of, unlock_own};

/// Runs `work`, which chains the log anew and gives the number of the entry that says so, with the key ring's lock held
/// and the secret known to be right; nothing is changed where `is_lost` finds nothing. The note says before that a loss
/// is being accepted: entries whose MAC comes out the same would fit the old one, and a kill in between would leave a log
/// that is signed anew and counted nowhere.
pub(crate) fn ring_note_anew<T>(
    store: &Store,
    current: &Secret,
    is_lost: impl FnOnce(&Store) -> Result<bool, StoreError>,
    work: impl FnOnce(&Store) -> Result<Option<(T, i64)>, StoreError>,
) -> Result<Option<T>, StoreError> {
    let _lock = store.files.lock_key_ring()?;
    let (ring, unlocked) = unlock_own(&store.files, store.shared.vault_id, current)?;
    store.shared.ring_now(&unlocked);
    if !is_lost(store)? {
        return Ok(None);
    }
    let begun = begin(store, &ring, &unlocked)?;
    let done = work(store)?;
    let entry = done.as_ref().map(|(_, entry)| *entry);
    let change = |note: &mut AuditNote| {
        if let Some(entry) = entry {
            note.losses = note.losses.saturating_add(1);
            note.last_loss = entry;
        }
    };
    let mut lease = store.pool.writer()?;
    let (files, shared) = (&store.files, &store.shared);
    let more = json!({ "loss_accepted": entry.is_some() });
    write_note(files, lease.db()?, shared, (&begun, &unlocked), &more, change)?;
    Ok(done.map(|(done, _)| done))
}

/// Notes that a loss is being accepted. The entry that is named stays: what is said of it is lost to nobody.
pub(super) fn begin(store: &Store, ring: &KeyRing, unlocked: &Unlocked) -> Result<KeyRing, StoreError> {
    let mut lease = store.pool.writer()?;
    note_before_writing(&store.files, lease.db()?, &store.shared, unlocked)?;
    drop(lease);
    let highest = u64::try_from(store.read(|tx| tx.generation())?).unwrap_or_default();
    let schema = upgrade::newest();
    let mut note = note_of(unlocked.noted(), schema, schema);
    // One that names no entry would say nothing.
    note.log_id = note.log_id.max(1);
    note.last_loss = ACCEPTING;
    let next = ring.with_note(unlocked, note, &system_time().to_sql(), highest)?;
    if let Some(error) = store.files.write_key_rings(&next.to_bytes())? {
        tracing::debug!(%error, "a copy of the key ring could not be written");
    }
    store.write_durably("audit_settle", |tx| tx.generation_set(generation_of(&next)))?;
    Ok(next)
}
