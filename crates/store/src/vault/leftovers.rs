//! New files that killed processes left: removed under the lock under which they are made.

use crate::error::StoreError;
use crate::folder::{Leftover, Purpose, purpose_of};
use crate::vault::Files;

impl Files {
    /// Removes what was left of every purpose. `vault.lock` is held, so nobody makes a copy of the database now; for the
    /// key ring its own lock is taken. A count of failed unlocks that another process is writing goes with the rest: a
    /// secret that fits ends the counting.
    pub(super) fn tidy(&self) -> Result<(), StoreError> {
        let names = self.folder().names()?;
        if names.iter().all(|name| purpose_of(name).is_none()) {
            return Ok(());
        }
        self.remove_left(&[Purpose::Copy, Purpose::Note, Purpose::Attempts, Purpose::Probe])?;
        let _lock = self.lock_key_ring()?;
        self.remove_left(&[Purpose::Ring])
    }

    /// Removes what was left of these purposes.
    pub(super) fn remove_left(&self, purposes: &[Purpose]) -> Result<(), StoreError> {
        let folder = self.folder();
        for name in folder.names()? {
            if purpose_of(&name).is_some_and(|purpose| purposes.contains(&purpose))
                && let Some(found) = folder.stand(&name)?
                && let Some(left) = Leftover::at(&name, &found)
            {
                left.remove(folder);
            }
        }
        Ok(())
    }
}
