//! What happens once a vault is open: it records what it found, continues interrupted work, and cleans up. A failure
//! becomes a warning and does not prevent the open.

use privatus_crypto::{KeyRing, Unlocked};
use privatus_domain::NewAuditEntry;

use crate::error::StoreError;
use crate::store::Store;
use crate::vault::ring_copies::RingCopies;
use crate::vault::rings::generation_of;
use crate::vault::snapshot_files::{REMOVE, kept_copies};

/// The warning when cleaning up the folder fails.
const UNTIDY: &str = "leftover files in the vault's folder could not be removed";

impl Store {
    /// Records what this open found: contradictions with the audit log, the open itself, damaged copies of the key
    /// ring. A failure becomes a warning and does not prevent the open.
    pub(super) fn note_and_heal(
        &mut self,
        (ring, unlocked): (&KeyRing, &Unlocked),
        generation: i64,
        unlock: NewAuditEntry,
        copies: &RingCopies,
    ) {
        let (looked, highest) = self.doubt_look(unlocked, (generation_of(ring), generation));
        let doubt = looked.clone().doubt();
        // Entries from before the chain are added to it before the first new entry.
        if !self.shared.is_settled {
            let settled = self.write("model_settle", |tx| {
                tx.older_rows_adapt_noted(self.upgrade.as_ref(), doubt.as_ref())
            });
            self.put_off(
                settled,
                "rows of the older schema could not be updated to the current rules",
            );
        }
        let noted = self.doubt_write(doubt.as_ref());
        self.put_off(
            noted,
            "the contradiction between the key ring and the audit log could not be recorded",
        );
        let noted = self.note_open(ring, highest, unlock);
        self.put_off(
            noted,
            "failed unlocks and the key ring's generation could not be recorded",
        );
        let healed = self.heal_key_ring(ring, unlocked, copies);
        self.put_off(
            healed,
            "the fault in a copy of the key ring could not be recorded",
        );
        let noted = self.ring_note_keep(unlocked, &looked);
        self.put_off(noted, "the key ring's note on the audit log could not be updated");
    }

    /// Continues interrupted work: removals, and messages whose month has begun.
    pub(super) fn sweep(&mut self) {
        // One query finds that most opens have none. If it fails, the sweep reports the error.
        if !matches!(self.read(|tx| tx.is_any_removal()), Ok(false)) {
            self.removals_go_on();
        }
        let settled = self.late_messages_sweep();
        self.put_off(
            settled,
            "messages whose month has begun could not be moved into it",
        );
    }

    fn removals_go_on(&mut self) {
        let empty = self.removals_of_nothing();
        let empty = empty.map(|told| self.warnings.extend(told));
        self.put_off(empty, "empty removals could not be deleted");
        let swept = self.removals_sweep();
        self.put_off(
            swept,
            "the messages of removed contacts and groups could not be deleted",
        );
    }

    /// Removes what interrupted commands and schema changes left.
    pub(super) fn tidy(&mut self, unlocked: &Unlocked) {
        // Whether anything was left is not known yet; the error says what was tried.
        if let Err(error) = self.files.tidy() {
            return self.put_off(Err::<(), _>(error), UNTIDY);
        }
        let removed = self.files.snapshots_outlived(unlocked);
        let kept = removed.map(|kept| self.warnings.extend(kept_copies(&kept, REMOVE)));
        self.put_off(kept, UNTIDY);
    }

    /// Warns about copies without a note, when this open removes none.
    pub(super) fn name_kept_copies(&mut self, unlocked: &Unlocked, advice: &str) {
        // If they cannot be listed, the next open warns about them.
        let kept = self.files.snapshots_unnoted(unlocked).unwrap_or_default();
        self.warnings.extend(kept_copies(&kept, advice));
    }

    pub(super) fn put_off<T>(&mut self, done: Result<T, StoreError>, what: &str) {
        if let Err(error) = done {
            self.warnings.push(format!("{what}: {}", error.reason()));
        }
    }
}
