//! The canonical bytes of a key ring.

use super::note::Noted;
use super::slot::{Slot, SlotKind};
use crate::derive::{self, label};
use crate::error::{CryptoError, KeyRingError, OpenError};
use crate::frame::{self, Fields, push_field};
use crate::kdf::KdfCost;
use crate::key::{DatabaseKey, MasterKey};
use crate::vault_id::VaultId;
use crate::wrap::{self, WRAPPED};

/// More slots would only make opening slow.
pub(super) const MAX_SLOTS: usize = 16;

/// Nine or more fields: vault id (16), generation (u64 LE), cipher salt (16), database key (72),
/// pending database key (0 or 72), pending master key (0 or 72), number of slots (u32 LE), slots.
#[derive(Clone)]
pub(super) struct Body {
    pub(super) vault: VaultId,
    pub(super) generation: u64,
    pub(super) cipher_salt: [u8; 16],
    pub(super) database_key: Vec<u8>,
    /// Wrapped like the current one, while the database is being rewritten under it.
    pub(super) pending_database_key: Vec<u8>,
    /// Wrapped under the current master key, while that is being replaced.
    pub(super) pending_master_key: Vec<u8>,
    pub(super) slots: Vec<Slot>,
}

impl Body {
    pub(super) fn encode(&self) -> Result<Vec<u8>, CryptoError> {
        let count = u32::try_from(self.slots.len()).map_err(|_| CryptoError::Full)?;
        let mut out = frame::fields(&[
            self.vault.as_bytes(),
            &self.generation.to_le_bytes(),
            &self.cipher_salt,
            &self.database_key,
            &self.pending_database_key,
            &self.pending_master_key,
            &count.to_le_bytes(),
        ])?;
        for slot in &self.slots {
            push_field(&mut out, slot.bytes())?;
        }
        Ok(out)
    }

    /// The note on the audit log.
    pub(super) fn noted(&self) -> Noted {
        let mut noted = self.slots.iter().map(Slot::noted);
        noted
            .find(|noted| **noted != Noted::Nothing)
            .cloned()
            .unwrap_or_default()
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, KeyRingError> {
        let mut fields = Fields::new(bytes);
        let form = KeyRingError::Tampered("its body is malformed");
        let mut body = (|| {
            Some(Self {
                vault: VaultId::from_bytes(fields.take_array()?),
                generation: u64::from_le_bytes(fields.take_array()?),
                cipher_salt: fields.take_array()?,
                database_key: fields.take_array::<WRAPPED>()?.to_vec(),
                pending_database_key: pending(fields.take()?)?,
                pending_master_key: pending(fields.take()?)?,
                slots: Vec::new(),
            })
        })()
        .ok_or_else(|| form.clone())?;
        let count = fields
            .take_array()
            .map(u32::from_le_bytes)
            .ok_or_else(|| form.clone())?;
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        if body.generation == 0 || count == 0 || count > MAX_SLOTS {
            return Err(form);
        }
        for _ in 0..count {
            let slot = Slot::decode(fields.take().ok_or_else(|| form.clone())?)?;
            let is_note = |slot: &Slot| slot.info().kind == SlotKind::Note;
            let clash = |known: &Slot| known.info().id == slot.info().id || is_note(known) && is_note(&slot);
            if body.slots.iter().any(clash) {
                return Err(form);
            }
            body.slots.push(slot);
        }
        // A wrong password is tried on each of them.
        let iterations = body.slots.iter().filter_map(|slot| slot.info().iterations);
        let iterations = iterations.map(u64::from).sum();
        if iterations > u64::from(KdfCost::CEILING) {
            return Err(KeyRingError::KdfSumAboveCeiling { iterations });
        }
        if fields.is_at_end() { Ok(body) } else { Err(form) }
    }
}

fn pending(field: &[u8]) -> Option<Vec<u8>> {
    (field.is_empty() || field.len() == WRAPPED).then(|| field.to_vec())
}

fn associated(vault: &VaultId) -> Result<Vec<u8>, CryptoError> {
    frame::fields(&[label::WRAPPED_DATABASE, vault.as_bytes()])
}

pub(super) fn wrap_database_key(
    vault: &VaultId,
    master: &MasterKey,
    key: &DatabaseKey,
) -> Result<[u8; WRAPPED], CryptoError> {
    let wrapping = derive::subkey(master.bytes(), label::DATABASE_WRAP);
    wrap::wrap(&wrapping, &associated(vault)?, key.bytes())
}

pub(super) fn unwrap_database_key(
    vault: &VaultId,
    master: &MasterKey,
    wrapped: &[u8],
) -> Result<DatabaseKey, OpenError> {
    let wrapping = derive::subkey(master.bytes(), label::DATABASE_WRAP);
    let associated = associated(vault).map_err(|_| OpenError)?;
    wrap::unwrap(&wrapping, &associated, wrapped).map(DatabaseKey::new)
}
