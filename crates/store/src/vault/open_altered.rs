//! Opens a vault whose schema differs from this build's: for reading only, recording nothing (ADR 0026).

use privatus_crypto::{KeyRing, Unlocked};

use crate::db::schema_fault::SchemaFault;
use crate::store::Store;
use crate::vault::attempts::Failed;
use crate::vault::generation::is_older;
use crate::vault::healing::{faults_told, faulty};
use crate::vault::ring_copies::RingCopies;
use crate::vault::rings::generation_of;

impl Store {
    /// Opens the vault for reading only: unknown triggers and indexes must not run. All warnings are still given.
    pub(super) fn refuse_to_write(
        &mut self,
        fault: SchemaFault,
        (ring, unlocked): (&KeyRing, &Unlocked),
        generation: i64,
        copies: &RingCopies,
    ) {
        let way = match fault.can_be_repaired() {
            true => "accept the loss to repair it",
            false => "only a backup can repair tables",
        };
        self.warnings.push(format!(
            "the schema differs from this build's: {fault}; the vault is open for reading only, and nothing is recorded; {way}"
        ));
        self.pool.refuse(Some(fault));
        self.warnings.extend(faults_told(
            &faulty(ring, unlocked, copies),
            "it was left as it is",
        ));
        self.warnings
            .extend(Failed::look(&self.files).map(|failed| failed.warning()));
        let generation_of_ring = generation_of(ring);
        let (_, highest) = self.doubt_look(unlocked, (generation_of_ring, generation));
        self.warnings.extend(is_older(generation_of_ring, highest));
    }
}
