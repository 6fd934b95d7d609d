//! Creating, reading and changing a key ring.

use super::body::{self, Body, MAX_SLOTS};
use super::file;
use super::note::{AuditNote, Noted};
use super::slot::{Slot, SlotInfo, SlotKind};
use super::unlocked::Unlocked;
use crate::error::{CryptoError, KeyRingError};
use crate::kdf::KdfCost;
use crate::key::{DatabaseKey, MasterKey};
use crate::password::Password;
use crate::random;
use crate::recovery_code::RecoveryCode;
use crate::vault_id::VaultId;

/// A key ring. It is not secret, but anyone who can write it can lock its owner out.
pub struct KeyRing {
    pub(super) body: Body,
    /// The canonical bytes of `body`, covered by checksum and MAC.
    bytes: Vec<u8>,
    mac: [u8; 32],
    infos: Vec<SlotInfo>,
}

impl KeyRing {
    /// Creates a vault's first key ring (generation 1) with new random keys, opened by the password or the recovery
    /// code. `created_at` is stored as given.
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

    /// Reads a key ring file and checks form, checksum and limits; derives no keys yet.
    ///
    /// # Errors
    /// [`KeyRingError::NotAKeyRing`], [`KeyRingError::UnsupportedVersion`], [`KeyRingError::Damaged`] (cut off, the
    /// checksum is wrong, or the format's name does not match the body), [`KeyRingError::KdfBelowFloor`],
    /// [`KeyRingError::KdfAboveCeiling`], [`KeyRingError::KdfSumAboveCeiling`], and [`KeyRingError::Tampered`] if the
    /// checksum is right but the body is malformed.
    pub fn parse(bytes: &[u8]) -> Result<KeyRing, KeyRingError> {
        let file = file::read(bytes)?;
        let body = Body::decode(&file.body);
        if let Some(name) = file.other_format {
            let is_our_form = !matches!(body, Err(KeyRingError::Tampered(_)));
            return Err(file::other_format(&name, is_our_form));
        }
        Ok(Self::assemble(body?, file.body, file.mac))
    }

    /// The file's bytes. [`Self::parse`] returns the same key ring from them.
    pub fn to_bytes(&self) -> Vec<u8> {
        file::write(&self.bytes, &self.mac)
    }

    /// How often the key ring was rewritten, from 1. Of two copies, the one with the higher generation is newer.
    pub fn generation(&self) -> u64 {
        self.body.generation
    }

    /// The vault it belongs to.
    pub fn vault_id(&self) -> VaultId {
        self.body.vault
    }

    /// The salt of its vault's database, which is also the first 16 bytes of that file: not secret, and authentic only
    /// after the key ring was opened.
    pub fn cipher_salt(&self) -> &[u8; 16] {
        &self.body.cipher_salt
    }

    /// Its note on the audit log: authentic only after the key ring was opened.
    pub fn noted(&self) -> Noted {
        self.body.noted()
    }

    /// Its slots, in the order they are tried.
    pub fn slots(&self) -> &[SlotInfo] {
        &self.infos
    }

    /// Creates the next generation, in which `new` replaces every password slot, including one whose KDF this build
    /// does not know. Slots of other kinds stay, known or not; no data is re-encrypted. The new generation is one
    /// above this key ring's, the opened one's, and `highest`: the highest generation that the database was opened
    /// under, so that every earlier key ring counts as older.
    ///
    /// # Errors
    /// [`CryptoError::OtherKeyRing`] if `unlocked` belongs to another key ring or this one was altered since;
    /// [`CryptoError::RotationPending`], [`CryptoError::Full`], [`CryptoError::NoRandomness`],
    /// [`CryptoError::CreatedAt`].
    pub fn replace_password(
        &self,
        unlocked: &Unlocked,
        new: &Password,
        cost: KdfCost,
        created_at: &str,
        highest: u64,
    ) -> Result<KeyRing, CryptoError> {
        let master = self.to_change(unlocked)?;
        let id = self.next_id()?;
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
        let generation = self.next_generation(unlocked, highest)?;
        self.with_slots(slots, generation, master)
    }

    /// Creates the next generation with this note on the audit log instead of the previous one. Sets the note's
    /// [`generation`](AuditNote::generation); the key ring's generation is chosen as in
    /// [`replace_password`](Self::replace_password).
    ///
    /// # Errors
    /// Those of [`replace_password`](Self::replace_password); [`CryptoError::LaterNote`] if a later version wrote the
    /// existing note.
    pub fn with_note(
        &self,
        unlocked: &Unlocked,
        note: AuditNote,
        created_at: &str,
        highest: u64,
    ) -> Result<KeyRing, CryptoError> {
        let master = self.to_change(unlocked)?;
        let generation = self.next_generation(unlocked, highest)?;
        self.with_slots(self.slots_with(note, generation, created_at)?, generation, master)
    }

    /// Adds the note without a new generation, for a key ring that was just created and not stored yet, so that no
    /// copy of it is without a note.
    ///
    /// # Errors
    /// Those of [`with_note`](Self::with_note).
    pub fn with_first_note(
        &self,
        unlocked: &Unlocked,
        note: AuditNote,
        created_at: &str,
    ) -> Result<KeyRing, CryptoError> {
        let master = self.to_change(unlocked)?;
        let generation = self.body.generation;
        self.with_slots(self.slots_with(note, generation, created_at)?, generation, master)
    }

    /// The key ring as an older build would write it, without a note.
    ///
    /// # Errors
    /// Those of [`with_note`](Self::with_note).
    #[cfg(feature = "testing")]
    pub fn without_note(&self, unlocked: &Unlocked) -> Result<KeyRing, CryptoError> {
        let master = self.to_change(unlocked)?;
        let mut slots = self.body.slots.clone();
        slots.retain(|slot| slot.info().kind != SlotKind::Note);
        self.with_slots(slots, self.body.generation, master)
    }

    fn slots_with(
        &self,
        note: AuditNote,
        generation: u64,
        created_at: &str,
    ) -> Result<Vec<Slot>, CryptoError> {
        let mut slots = self.body.slots.clone();
        let place = slots.iter().position(|slot| slot.info().kind == SlotKind::Note);
        let known = place.and_then(|place| slots.get(place));
        if known.is_some_and(|slot| *slot.noted() == Noted::Later) {
            return Err(CryptoError::LaterNote);
        }
        let id = known.map_or_else(|| self.next_id(), |slot| Ok(slot.info().id))?;
        let slot = Slot::for_note(id, AuditNote { generation, ..note }, created_at)?;
        match place.and_then(|place| slots.get_mut(place)) {
            Some(known) => *known = slot,
            None => slots.push(slot),
        }
        Ok(slots)
    }

    /// The master key, if `unlocked` belongs to this key ring and no key rotation is pending.
    fn to_change<'a>(&self, unlocked: &'a Unlocked) -> Result<&'a MasterKey, CryptoError> {
        let master = unlocked.master();
        if !self.is_authentic(master) {
            return Err(CryptoError::OtherKeyRing);
        }
        if self.is_rotating() {
            return Err(CryptoError::RotationPending);
        }
        Ok(master)
    }

    fn next_id(&self) -> Result<u32, CryptoError> {
        let last_id = self.infos.iter().map(|info| info.id).max().unwrap_or(0);
        last_id.checked_add(1).ok_or(CryptoError::Full)
    }

    fn next_generation(&self, unlocked: &Unlocked, highest: u64) -> Result<u64, CryptoError> {
        let newest = self.body.generation.max(unlocked.generation()).max(highest);
        newest.checked_add(1).ok_or(CryptoError::Full)
    }

    fn with_slots(&self, slots: Vec<Slot>, generation: u64, master: &MasterKey) -> Result<Self, CryptoError> {
        if slots.len() > MAX_SLOTS {
            return Err(CryptoError::Full);
        }
        let body = Body {
            generation,
            slots,
            ..self.body.clone()
        };
        Self::sealed(body, master)
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

    /// Whether a key rotation is pending; this version can neither begin nor finish one.
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
