//! Opening a key ring with a secret.

use super::body::unwrap_database_key;
use super::ring::KeyRing;
use super::slot::SlotKind;
use super::unlocked::Unlocked;
use crate::error::KeyRingError;
use crate::key::MasterKey;
use crate::password::Secret;

impl KeyRing {
    /// Opens the key ring. In this order: slot key and key check of each slot of the secret's
    /// kind, master key, MAC over the whole body, no rotation pending, database key.
    ///
    /// # Errors
    /// [`KeyRingError::WrongSecret`] when no slot's key check matches; [`KeyRingError::UnknownKdf`] when none does and one
    /// of the secret's kind could not be tried;
    /// [`KeyRingError::Tampered`] when one does and a later step fails;
    /// [`KeyRingError::RotationPending`] when a newer build has begun to replace a key.
    pub fn unlock(&self, secret: &Secret) -> Result<Unlocked, KeyRingError> {
        for slot in &self.body.slots {
            let Some(master) = slot.open(&self.body.vault, secret)? else {
                continue;
            };
            return self.unlock_with(master, slot.info().kind);
        }
        // It may be the right secret of a slot that a newer build made.
        let untried = self
            .body
            .slots
            .iter()
            .find_map(|slot| Some((slot.info().id, slot.unknown_kdf(secret)?)));
        Err(untried.map_or(KeyRingError::WrongSecret, |(slot, kdf)| {
            let kdf = kdf.to_owned();
            KeyRingError::UnknownKdf { slot, kdf }
        }))
    }

    /// Opens the key ring with keys that this vault was opened with before, without a KDF: of a key ring that was
    /// rewritten since (another password), the present generation is opened.
    ///
    /// # Errors
    /// [`KeyRingError::WrongSecret`] for the keys of another vault; else as [`unlock`](Self::unlock) once a slot is
    /// open.
    pub fn reopen(&self, known: &Unlocked) -> Result<Unlocked, KeyRingError> {
        if self.body.vault != known.vault_id() {
            return Err(KeyRingError::WrongSecret);
        }
        self.unlock_with(known.master().duplicate(), known.slot_kind())
    }

    fn unlock_with(&self, master: MasterKey, kind: SlotKind) -> Result<Unlocked, KeyRingError> {
        if !self.is_authentic(&master) {
            return Err(KeyRingError::Tampered("its MAC does not match"));
        }
        // Only now: an unauthenticated mark could lock the owner out with a misleading error.
        if self.is_rotating() {
            return Err(KeyRingError::RotationPending);
        }
        let database_key = unwrap_database_key(&self.body.vault, &master, &self.body.database_key)
            .map_err(|_| KeyRingError::Tampered("its database key does not unwrap"))?;
        Ok(Unlocked::new(&self.body, master, database_key, kind))
    }
}
