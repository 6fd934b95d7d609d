//! The key ring's note written anew on request, behind a change of the audit log.

use privatus_crypto::{AuditNote, Secret};
use serde_json::json;

use super::write_note;
use crate::error::StoreError;
use crate::store::Store;
use crate::vault::rings::{newest, newest_rings};

/// Runs `work` with the key ring's lock held and the secret known to be right; writes the note then, changed as `work`
/// says. `None` writes none. A kill in between leaves the old note, which says more against the log and not less.
pub(crate) fn ring_note_anew<T, C: FnOnce(&mut AuditNote)>(
    store: &Store,
    current: &Secret,
    work: impl FnOnce(&Store) -> Result<Option<(T, C)>, StoreError>,
) -> Result<Option<T>, StoreError> {
    let _lock = store.files.lock_key_ring()?;
    let (ring, unlocked) = newest(newest_rings(&store.files)?, |ring| ring.unlock(current))?;
    store.shared.note_now(unlocked.noted().clone());
    let Some((done, change)) = work(store)? else {
        return Ok(None);
    };
    let mut lease = store.pool.writer()?;
    let (files, shared) = (&store.files, &store.shared);
    let more = json!({ "loss_accepted": true });
    write_note(files, lease.db()?, shared, (&ring, &unlocked), &more, change)?;
    Ok(Some(done))
}
