//! A vault that is claimed and locked, but not opened yet.

use std::path::Path;

use privatus_crypto::{KeyRing, Secret, Unlocked};

use crate::error::StoreError;
use crate::vault::locks::HeldLock;
use crate::vault::ring_copies::RingCopies;
use crate::vault::rings::{of_database, unlock_newest, valid_rings};
use crate::vault::{Files, Mount, OpenGuard, VaultOptions};

/// A complete vault that this process has claimed and locked, but not opened. Everything that can be checked without
/// the KDF has been checked.
pub(crate) struct Closed {
    pub(crate) files: Files,
    pub(crate) guard: OpenGuard,
    pub(crate) mount: Mount,
    /// `None` if nobody can write to the vault.
    pub(crate) lock: Option<HeldLock>,
    /// Both copies of the key ring, as read under the lock.
    pub(crate) copies: RingCopies,
    /// Whether a copy has the salt with which the database begins.
    pub(crate) is_own_salt: bool,
}

impl Closed {
    /// Checks and locks the vault; returns it with the key rings that parse, the highest generation first.
    pub(super) fn look(path: &Path) -> Result<(Self, Vec<KeyRing>), StoreError> {
        let files = Files::open(path)?;
        files.check_present()?;
        let guard = OpenGuard::claim(&files)?;
        let mount = files.mount()?;
        let before = files.read_key_rings()?;
        // After the small files, which would otherwise wait for it.
        files.read_ahead();
        let mut rings = valid_rings(&files, &before)?;
        let salt = files.check_database(mount.is_read_only())?;
        let lock = match mount {
            Mount::Writable => Some(files.lock_shared()?),
            _ => files.lock_to_read(mount)?,
        };
        if mount.is_read_only() && files.database().log()?.is_some_and(|bytes| bytes > 0) {
            // A file opened as immutable is read without its log.
            return Err(StoreError::ReadOnly(
                "its newest data is in the write-ahead log, which cannot be merged there",
            ));
        }
        // Read again under the lock: another process may have changed the password in the meantime.
        let copies = files.read_key_rings()?;
        if copies != before {
            rings = valid_rings(&files, &copies)?;
        }
        let (rings, is_own_salt) = of_database(rings, &salt);
        let closed = Self {
            files,
            guard,
            mount,
            lock,
            copies,
            is_own_salt,
        };
        Ok((closed, rings))
    }
}

/// Unlocks the files of a vault without examining its database.
pub(crate) fn unlock_files(
    path: &Path,
    secret: &Secret,
    options: &VaultOptions,
) -> Result<(Closed, KeyRing, Unlocked), StoreError> {
    let (closed, rings) = Closed::look(path)?;
    let (ring, unlocked) = unlock_newest(&closed.files, rings, secret, options.now())?;
    Ok((closed, ring, unlocked))
}
