//! The locks of a vault: files of their own, never the database (docs/DESIGN.md, section 3).

use std::fs::{File, TryLockError};
use std::time::{Duration, Instant};

use crate::error::StoreError;
use crate::vault::files::{RING_LOCK, VAULT_LOCK};
use crate::vault::{Files, Mount};

/// How long to wait for another process that works alone, or for those that must not be there.
const WAIT: Duration = Duration::from_secs(5);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(20);
/// What fails where the system takes no lock.
const LOCK_VAULT: &str = "lock vault.lock";
const LOCK_RING: &str = "lock keyring.lock";

/// A lock, and whether it was free at once.
pub(crate) struct HeldLock {
    pub(crate) lock: File,
    pub(crate) at_once: bool,
}

impl Files {
    /// Takes `vault.lock`, shared: held as long as a store is open. Waits a while for one who works alone.
    pub(crate) fn lock_shared(&self) -> Result<HeldLock, StoreError> {
        let file = self.folder().lock_file(VAULT_LOCK)?;
        let at_once = wait(|| tried(file.try_lock_shared(), LOCK_VAULT).map(|free| free.then_some(())))?;
        match at_once {
            Some(((), at_once)) => Ok(HeldLock { lock: file, at_once }),
            None => Err(StoreError::Busy("vault.lock is held for exclusive work")),
        }
    }

    /// Takes what is needed to read a vault that cannot be written. Where nobody can write it, `vault.lock` shared, if it is
    /// there: the file system may be mounted to write while we read, and whoever changes the schema then finds us. Where
    /// another mount may write, `vault.lock` alone: a file that SQLite takes for unchanging must not change.
    pub(crate) fn lock_to_read(&self, mount: Mount) -> Result<Option<HeldLock>, StoreError> {
        let file = self.folder().open_file(VAULT_LOCK, false, "open vault.lock")?;
        if mount != Mount::ReadOnlyHere {
            let Some(file) = file else {
                return Ok(None);
            };
            return match wait(|| tried(file.try_lock_shared(), LOCK_VAULT).map(|free| free.then_some(())))? {
                Some(((), at_once)) => Ok(Some(HeldLock { lock: file, at_once })),
                None => Err(StoreError::Busy("vault.lock is held for exclusive work")),
            };
        }
        let file = file.ok_or(StoreError::ReadOnly(
            "another may write it elsewhere, and there is no vault.lock to tell",
        ))?;
        match wait(|| tried(file.try_lock(), LOCK_VAULT).map(|free| free.then_some(())))? {
            Some(((), at_once)) => Ok(Some(HeldLock { lock: file, at_once })),
            None => Err(StoreError::Busy("vault.lock is held by one who may write")),
        }
    }

    /// Takes `vault.lock` alone, if nobody holds it.
    pub(crate) fn try_lock_exclusive(&self) -> Result<Option<File>, StoreError> {
        let file = self.folder().lock_file(VAULT_LOCK)?;
        Ok(tried(file.try_lock(), LOCK_VAULT)?.then_some(file))
    }

    /// Gives up an exclusive `vault.lock` for a shared one. In between another may take it, to work alone first.
    pub(crate) fn share_lock(&self, lock: File) -> Result<File, StoreError> {
        drop(lock);
        Ok(self.lock_shared()?.lock)
    }

    /// Takes `keyring.lock`. Waits a while for another writer of the key ring, and not for one that never ends.
    ///
    /// # Errors
    /// [`StoreError::Busy`].
    pub(crate) fn lock_key_ring(&self) -> Result<File, StoreError> {
        let file = self.folder().lock_file(RING_LOCK)?;
        match wait(|| tried(file.try_lock(), LOCK_RING).map(|free| free.then_some(())))? {
            Some(_) => Ok(file),
            None => Err(StoreError::Busy(
                "keyring.lock is held for a change of the key ring",
            )),
        }
    }
}

/// Tries again and again for a while; gives what came, and whether it came at once.
pub(crate) fn wait<T>(
    mut attempt: impl FnMut() -> Result<Option<T>, StoreError>,
) -> Result<Option<(T, bool)>, StoreError> {
    let until = Instant::now() + WAIT;
    let mut at_once = true;
    loop {
        if let Some(found) = attempt()? {
            return Ok(Some((found, at_once)));
        }
        if Instant::now() >= until {
            return Ok(None);
        }
        at_once = false;
        pause();
    }
}

#[allow(clippy::disallowed_methods, reason = "a file lock has no wait that ends")]
fn pause() {
    std::thread::sleep(PAUSE);
}

fn tried(tried: Result<(), TryLockError>, doing: &str) -> Result<bool, StoreError> {
    match tried {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(StoreError::io(&error, doing)),
    }
}
