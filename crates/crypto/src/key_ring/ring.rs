//! A key ring: made, read, and given another password.

use super::body::{self, Body, MAX_SLOTS};
use super::file;
use super::slot::{Slot, SlotInfo, SlotKind};
use super::unlocked::Unlocked;
use crate::error::{CryptoError, KeyRingError};
use crate::kdf::KdfCost;
use crate::key::{DatabaseKey, MasterKey};
use crate::password::Password;
use crate::random;
use crate::recovery_code::RecoveryCode;
use crate::vault_id::VaultId;

/// A key ring: not secret, but whoever may write it can lock its owner out.
pub struct KeyRing {
    pub(super) body: Body,
    /// The canonical bytes of `body`, under checksum and MAC.
    bytes: Vec<u8>,
    mac: [u8; 32],
    infos: Vec<SlotInfo>,
}

impl KeyRing {
    /// Makes a vault's first key ring (generation 1) with new random keys, opened by the password
    /// and by the recovery code. `created_at` is kept as given.
    ///
    /// # Errors
    /// [`CryptoError::NoRandomness`], [`CryptoError::CreatedAt`].
    pub fn create(
        password: &Password,
        recovery: &RecoveryCode,
        cost: KdfCost,
        created_at: &str,
    ) -> Result<(KeyRing, Unlocked), CryptoError> {
        let vault = VaultId::from_bytes(*random::array()?);
        let master = MasterKey::generate()?;
        let database_key = DatabaseKey::generate()?;
        let cipher_salt = *random::array()?;
        let slots = vec![
            Slot::for_password(1, &vault, &master, password, cost, created_at)?,
            Slot::for_recovery_code(2, &vault, &master, recovery, created_at)?,
        ];
        let body = Body {
            vault,
            generation: 1,
            cipher_salt,
            database_key: body::wrap_database_key(&vault, &master, &database_key)?.to_vec(),
            pending_database_key: Vec::new(),
            pending_master_key: Vec::new(),
            slots,
        };
        let ring = Self::sealed(body, &master)?;
        let unlocked = Unlocked::new(&ring.body, master, database_key, SlotKind::Password);
        Ok((ring, unlocked))
    }

    /// Reads a key ring file: form, checksum and limits, but no key derivation yet.
    ///
    /// # Errors
    /// [`KeyRingError::NotAKeyRing`], [`KeyRingError::UnsupportedVersion`],
    /// [`KeyRingError::Damaged`] (cut off, the checksum differs, or the format's name does not fit
    /// the body),
    /// [`KeyRingError::KdfBelowFloor`], [`KeyRingError::KdfAboveCeiling`],
    /// [`KeyRingError::KdfSumAboveCeiling`], and
    /// [`KeyRingError::Tampered`] when the checksum holds over a body that has no valid form.
    pub fn parse(bytes: &[u8]) -> Result<KeyRing, KeyRingError> {
        let file = file::read(bytes)?;
        let body = Body::decode(&file.body);
        if let Some(name) = file.other_format {
            let is_our_form = !matches!(body, Err(KeyRingError::Tampered(_)));
            return Err(file::other_format(&name, is_our_form));
        }
        Ok(Self::assemble(body?, file.body, file.mac))
    }

    /// The file's bytes. [`Self::parse`] gives the same key ring back, and the same bytes again.
    pub fn to_bytes(&self) -> Vec<u8> {
        file::write(&self.bytes, &self.mac)
    }

    /// How often the key ring was rewritten, from 1. Of two copies the higher one is the newer.
    pub fn generation(&self) -> u64 {
        self.body.generation
    }

    /// The vault it belongs to.
    pub fn vault_id(&self) -> VaultId {
        self.body.vault
    }

    /// Its slots, in the order in which they are tried.
    pub fn slots(&self) -> &[SlotInfo] {
        &self.infos
    }

    /// The next generation, in which `new` takes the place of every password slot, also of one
    /// whose KDF this build does not know. Slots of other kinds stay as they are, known or not; no
    /// data is encrypted anew. The generation is one above this key ring's, the opened one's, and `highest`: the highest
    /// that the database was opened under, so that every earlier key ring stays an older one.
    ///
    /// # Errors
    /// [`CryptoError::OtherKeyRing`] when `unlocked` is of another key ring or this one was
    /// altered since; [`CryptoError::RotationPending`], [`CryptoError::Full`], [`CryptoError::NoRandomness`],
    /// [`CryptoError::CreatedAt`].
    pub fn replace_password(
        &self,
        unlocked: &Unlocked,
        new: &Password,
        cost: KdfCost,
        created_at: &str,
        highest: u64,
    ) -> Result<KeyRing, CryptoError> {
        let master = unlocked.master();
        if !self.is_authentic(master) {
            return Err(CryptoError::OtherKeyRing);
        }
        if self.is_rotating() {
            return Err(CryptoError::RotationPending);
        }
        let last_id = self.infos.iter().map(|info| info.id).max().unwrap_or(0);
        let id = last_id.checked_add(1).ok_or(CryptoError::Full)?;
        let mut slots = vec![Slot::for_password(
            id,
            &self.body.vault,
            master,
            new,
            cost,
            created_at,
        )?];
        slots.extend(
            self.body
                .slots
                .iter()
                .filter(|slot| !slot.takes_password())
                .cloned(),
        );
        if slots.len() > MAX_SLOTS {
            return Err(CryptoError::Full);
        }
        let newest = self.body.generation.max(unlocked.generation()).max(highest);
        let generation = newest.checked_add(1).ok_or(CryptoError::Full)?;
        Self::sealed(
            Body {
                generation,
                slots,
                ..self.body.clone()
            },
            master,
        )
    }

    fn sealed(body: Body, master: &MasterKey) -> Result<Self, CryptoError> {
        let bytes = body.encode()?;
        let mac = file::mac(master, &bytes)?;
        Ok(Self::assemble(body, bytes, mac))
    }

    fn assemble(body: Body, bytes: Vec<u8>, mac: [u8; 32]) -> Self {
        let infos = body.slots.iter().map(|slot| slot.info().clone()).collect();
        Self {
            body,
            bytes,
            mac,
            infos,
        }
    }

    /// Whether a key is being replaced: this version neither begins nor finishes that.
    pub(super) fn is_rotating(&self) -> bool {
        !self.body.pending_database_key.is_empty() || !self.body.pending_master_key.is_empty()
    }

    pub(super) fn is_authentic(&self, master: &MasterKey) -> bool {
        file::mac(master, &self.bytes)
            .is_ok_and(|mac| subtle::ConstantTimeEq::ct_eq(mac.as_slice(), self.mac.as_slice()).into())
    }
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyRing")
            .field("vault_id", &self.body.vault)
            .field("generation", &self.body.generation)
            .field("slots", &self.infos)
            .finish_non_exhaustive()
    }
}
