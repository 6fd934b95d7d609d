//! Opening a vault whose schema is not what this build makes: to read, and to record nothing (ADR 0026).

use privatus_crypto::{KeyRing, Unlocked};

use crate::db::schema_fault::SchemaFault;
use crate::store::Store;
use crate::vault::attempts::Failed;
use crate::vault::generation::is_older;
use crate::vault::healing::{faults_told, faulty};
use crate::vault::ring_copies::RingCopies;
use crate::vault::rings::generation_of;

impl Store {
    /// Opens it to read: nothing is written under triggers and indexes that nobody knows. What is to be told is told.
    pub(super) fn refuse_to_write(
        &mut self,
        fault: SchemaFault,
        (ring, unlocked): (&KeyRing, &Unlocked),
        generation: i64,
        copies: &RingCopies,
    ) {
        let way = match fault.can_be_repaired() {
            true => "accept the loss, and it is put right",
            false => "tables are put right by a backup alone",
        };
        self.warnings.push(format!(
            "the schema is not what this build makes: {fault}; the vault is open for reading, and nothing is recorded; {way}"
        ));
        self.pool.refuse(Some(fault));
        self.warnings
            .extend(faults_told(&faulty(ring, unlocked, copies), "it stays as it is"));
        self.warnings
            .extend(Failed::look(&self.files).map(|failed| failed.warning()));
        let generation_of_ring = generation_of(ring);
        let (_, highest) = self.doubt_look(unlocked, (generation_of_ring, generation));
        self.warnings.extend(is_older(generation_of_ring, highest));
    }
}
