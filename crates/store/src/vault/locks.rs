//! The locks of a vault: separate files, never the database (docs/DESIGN.md, section 3).

use std::fs::{File, TryLockError};
use std::time::{Duration, Instant};

use crate::error::StoreError;
use crate::vault::files::{RING_LOCK, VAULT_LOCK};
use crate::vault::{Files, Mount};

/// How long to wait for a process with exclusive access, or for other processes to leave.
const WAIT: Duration = Duration::from_secs(5);
/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(20);
/// What an error names if the system does not support locks.
const LOCK_VAULT: &str = "lock vault.lock";
const LOCK_RING: &str = "lock keyring.lock";

/// A lock, and whether it was free at once.
pub(crate) struct HeldLock {
    pub(crate) lock: File,
    pub(crate) at_once: bool,
}

impl Files {
    /// Takes `vault.lock` shared, for as long as a store is open. Waits a while for a process that holds it
    /// exclusively.
    pub(crate) fn lock_shared(&self) -> Result<HeldLock, StoreError> {
        let file = self.folder().lock_file(VAULT_LOCK)?;
        let at_once = wait(|| tried(file.try_lock_shared(), LOCK_VAULT).map(|free| free.then_some(())))?;
        match at_once {
            Some(((), at_once)) => Ok(HeldLock { lock: file, at_once }),
            None => Err(StoreError::Busy("vault.lock is held for exclusive work")),
        }
    }

    /// Takes the lock needed to read a vault that cannot be written. If nobody can write it, that is `vault.lock`,
    /// shared, if it exists: the file system may become writable while it is being read, and a process that changes the
    /// schema must then notice. If another mount may write it, `vault.lock` is taken exclusively, because SQLite treats
    /// the file as immutable and it must not change.
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
            "it may be written through another mount, and there is no vault.lock to prevent that",
        ))?;
        match wait(|| tried(file.try_lock(), LOCK_VAULT).map(|free| free.then_some(())))? {
            Some(((), at_once)) => Ok(Some(HeldLock { lock: file, at_once })),
            None => Err(StoreError::Busy("vault.lock is held by a process that may write")),
        }
    }

    /// Takes `vault.lock` exclusively, if nobody holds it.
    pub(crate) fn try_lock_exclusive(&self) -> Result<Option<File>, StoreError> {
        let file = self.folder().lock_file(VAULT_LOCK)?;
        Ok(tried(file.try_lock(), LOCK_VAULT)?.then_some(file))
    }

    /// Exchanges an exclusive `vault.lock` for a shared one. In between, another process may take it exclusively.
    pub(crate) fn share_lock(&self, lock: File) -> Result<File, StoreError> {
        drop(lock);
        Ok(self.lock_shared()?.lock)
    }

    /// Takes `keyring.lock`. Waits a limited time for another process that writes the key ring.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if the lock is not free in time.
    pub(crate) fn lock_key_ring(&self) -> Result<File, StoreError> {
        let file = self.folder().lock_file(RING_LOCK)?;
        match wait(|| tried(file.try_lock(), LOCK_RING).map(|free| free.then_some(())))? {
            Some(_) => Ok(file),
            None => Err(StoreError::Busy(
                "keyring.lock is held while the key ring is changed",
            )),
        }
    }
}

/// Tries repeatedly for a while; returns the result, and whether the first try succeeded.
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

#[allow(clippy::disallowed_methods, reason = "waiting for a file lock has no timeout")]
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
