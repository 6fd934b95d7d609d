//! Removes temporary files left by killed processes, under the lock under which they are created.

use crate::error::StoreError;
use crate::folder::{Leftover, Purpose, purpose_of};
use crate::vault::Files;

impl Files {
    /// Removes leftovers of every purpose. `vault.lock` is held, so nobody is copying the database; for key ring files,
    /// their own lock is taken. This may remove a count of failed unlocks that another process is writing; that is
    /// acceptable, because a correct secret ends the counting.
    pub(super) fn tidy(&self) -> Result<(), StoreError> {
        let names = self.folder().names()?;
        if names.iter().all(|name| purpose_of(name).is_none()) {
            return Ok(());
        }
        self.remove_left(&[Purpose::Copy, Purpose::Note, Purpose::Attempts, Purpose::Probe])?;
        let _lock = self.lock_key_ring()?;
        self.remove_left(&[Purpose::Ring])
    }

    /// Removes leftovers of these purposes.
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
