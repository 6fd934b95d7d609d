//! Opening a key ring with a secret.

use super::body::unwrap_database_key;
use super::ring::KeyRing;
use super::slot::SlotKind;
use super::unlocked::Unlocked;
use crate::error::KeyRingError;
use crate::key::MasterKey;
use crate::password::Secret;

impl KeyRing {
    /// Opens the key ring. The steps are: slot key and key check of each slot of the secret's kind, master key, MAC
    /// over the whole body, no pending rotation, database key.
    ///
    /// # Errors
    /// [`KeyRingError::WrongSecret`] if no slot's key check matches; [`KeyRingError::UnknownKdf`] if none matches and
    /// a slot of the secret's kind could not be tried; [`KeyRingError::Tampered`] if one matches and a later step
    /// fails; [`KeyRingError::RotationPending`] if a newer build has begun to replace a key.
    pub fn unlock(&self, secret: &Secret) -> Result<Unlocked, KeyRingError> {
        for slot in &self.body.slots {
            let Some(master) = slot.open(&self.body.vault, secret)? else {
                continue;
            };
            return self.unlock_with(master, slot.info().kind);
        }
        // It may be the right secret for a slot that a newer build created.
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

    /// Opens the key ring with keys from an earlier opening of this vault, without a KDF. If the key ring was
    /// rewritten since (another password), this opens the present generation.
    ///
    /// # Errors
    /// [`KeyRingError::WrongSecret`] for the keys of another vault; otherwise those of [`unlock`](Self::unlock) after
    /// a slot is open.
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
        // Not earlier: an unauthenticated mark could lock the owner out with a misleading error.
        if self.is_rotating() {
            return Err(KeyRingError::RotationPending);
        }
        let database_key = unwrap_database_key(&self.body.vault, &master, &self.body.database_key)
            .map_err(|_| KeyRingError::Tampered("its database key does not unwrap"))?;
        Ok(Unlocked::new(&self.body, master, database_key, kind))
    }
}
