//! What an open does once the vault is open: it writes down what it found, goes on with what was begun, and tidies up.
//! What fails is put off, with a warning: it must not keep anybody out.

use privatus_crypto::{KeyRing, Unlocked};
use privatus_domain::NewAuditEntry;

use crate::error::StoreError;
use crate::store::Store;
use crate::vault::ring_copies::RingCopies;
use crate::vault::rings::generation_of;
use crate::vault::snapshot_files::{REMOVE, kept_copies};

/// What is put off where the folder cannot be tidied up.
const UNTIDY: &str = "the vault's folder was not tidied up";

impl Store {
    /// Writes down what this open found: what contradicts the audit log, the open itself, damaged copies of the key ring. What
    /// fails is put off: it must not keep anybody out.
    pub(super) fn note_and_heal(
        &mut self,
        (ring, unlocked): (&KeyRing, &Unlocked),
        generation: i64,
        unlock: NewAuditEntry,
        copies: &RingCopies,
    ) {
        let (looked, highest) = self.doubt_look(unlocked, (generation_of(ring), generation));
        let doubt = looked.clone().doubt();
        // Entries from before the chain are taken into it before the first new one.
        if !self.shared.is_settled {
            let settled = self.write("model_settle", |tx| {
                tx.older_rows_adapt_noted(self.upgrade.as_ref(), doubt.as_ref())
            });
            self.put_off(
                settled,
                "rows of the older schema could not be brought under the new rules",
            );
        }
        let noted = self.doubt_write(doubt.as_ref());
        self.put_off(
            noted,
            "what the key ring says against the audit log could not be written down",
        );
        let noted = self.note_open(ring, highest, unlock);
        self.put_off(
            noted,
            "failed unlocks and the key ring's generation could not be noted",
        );
        let healed = self.heal_key_ring(ring, unlocked, copies);
        self.put_off(
            healed,
            "what was wrong with a copy of the key ring could not be noted",
        );
        let noted = self.ring_note_keep(unlocked, &looked);
        self.put_off(
            noted,
            "what is known of the audit log could not be noted in the key ring",
        );
    }

    /// Goes on with what was begun: removals, and messages whose month has come.
    pub(super) fn sweep(&mut self) {
        // Most opens find none, by one look. One that fails is told by what goes on with them.
        if !matches!(self.read(|tx| tx.is_any_removal()), Ok(false)) {
            self.removals_go_on();
        }
        let settled = self.late_messages_sweep();
        self.put_off(
            settled,
            "messages whose month has come could not be moved into it",
        );
    }

    fn removals_go_on(&mut self) {
        let empty = self.removals_of_nothing();
        let empty = empty.map(|told| self.warnings.extend(told));
        self.put_off(empty, "removals of nothing could not be taken out");
        let swept = self.removals_sweep();
        self.put_off(swept, "what removed contacts left could not be deleted");
    }

    /// Removes what interrupted commands and a change of the schema left.
    pub(super) fn tidy(&mut self, unlocked: &Unlocked) {
        // Nobody knows yet whether anything was left: the error says what was tried.
        if let Err(error) = self.files.tidy() {
            return self.put_off(Err::<(), _>(error), UNTIDY);
        }
        let removed = self.files.snapshots_outlived(unlocked);
        let kept = removed.map(|kept| self.warnings.extend(kept_copies(&kept, REMOVE)));
        self.put_off(kept, UNTIDY);
    }

    /// Names the copies that nobody noted, where an open removes none.
    pub(super) fn name_kept_copies(&mut self, unlocked: &Unlocked, advice: &str) {
        // What does not show is named by the next open.
        let kept = self.files.snapshots_unnoted(unlocked).unwrap_or_default();
        self.warnings.extend(kept_copies(&kept, advice));
    }

    pub(super) fn put_off<T>(&mut self, done: Result<T, StoreError>, what: &str) {
        if let Err(error) = done {
            self.warnings.push(format!("{what}: {}", error.reason()));
        }
    }
}
