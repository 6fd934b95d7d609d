//! Slots: each holds the master key, wrapped for one secret.

use subtle::ConstantTimeEq as _;

use super::name::is_name;
use super::note::{self, AuditNote, Noted};
use crate::derive::{self, label};
use crate::error::{CryptoError, KeyRingError};
use crate::frame::{self, Fields};
use crate::kdf::KdfCost;
use crate::key::MasterKey;
use crate::password::{Password, Secret};
use crate::random;
use crate::recovery_code::RecoveryCode;
use crate::secret::{Bytes32, boxed};
use crate::vault_id::VaultId;
use crate::wrap::{self, WRAPPED};

const PASSWORD: &str = "password";
const RECOVERY_CODE: &str = "recovery-code";
const PBKDF2: &str = "pbkdf2-hmac-sha512";
const HKDF: &str = "hkdf-sha512";

/// The kind of secret that opens a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SlotKind {
    /// A password, through PBKDF2-HMAC-SHA512.
    Password,
    /// A recovery code, through HKDF-SHA512.
    RecoveryCode,
    /// None: the slot holds the note on the audit log.
    Note,
    /// Unknown: a later version wrote the slot. It is kept and skipped.
    Other,
}

/// Public information about a slot, available without a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotInfo {
    /// Its number, never reused in this key ring while a higher one exists.
    pub id: u32,
    /// The kind of secret that opens it.
    pub kind: SlotKind,
    /// The name of its key derivation function; empty for a kind that this version does not know.
    pub kdf: String,
    /// The iterations of a password slot.
    pub iterations: Option<u32>,
    /// When it was created, as the caller gave it.
    pub created_at: String,
}

/// A slot: fields id (u32 LE), kind, created at; then, for the kinds of this version, KDF name,
/// KDF parameters, salt (32), key check (32), wrapped master key (72).
#[derive(Clone)]
pub(super) struct Slot {
    bytes: Vec<u8>,
    info: SlotInfo,
    /// Returns whether its kind is `password`, whatever the KDF.
    takes_password: bool,
    /// Returns whether its kind is `recovery-code`, whatever the KDF.
    takes_code: bool,
    lock: Option<Lock>,
    noted: Noted,
}

/// The data for trying a secret.
#[derive(Clone)]
struct Lock {
    salt: [u8; 32],
    check: [u8; 32],
    wrapped: [u8; WRAPPED],
}

impl Slot {
    pub(super) fn for_password(
        id: u32,
        vault: &VaultId,
        master: &MasterKey,
        password: &Password,
        cost: KdfCost,
        created_at: &str,
    ) -> Result<Self, CryptoError> {
        let info = SlotInfo {
            id,
            kind: SlotKind::Password,
            kdf: PBKDF2.to_owned(),
            iterations: Some(cost.iterations()),
            created_at: created_at.to_owned(),
        };
        Self::make(info, vault, master, |salt| {
            password_key(password, salt, cost.iterations())
        })
    }

    pub(super) fn for_recovery_code(
        id: u32,
        vault: &VaultId,
        master: &MasterKey,
        code: &RecoveryCode,
        created_at: &str,
    ) -> Result<Self, CryptoError> {
        let info = SlotInfo {
            id,
            kind: SlotKind::RecoveryCode,
            kdf: HKDF.to_owned(),
            iterations: None,
            created_at: created_at.to_owned(),
        };
        Self::make(info, vault, master, |salt| recovery_key(code, salt))
    }

    fn make(
        info: SlotInfo,
        vault: &VaultId,
        master: &MasterKey,
        slot_key: impl FnOnce(&[u8; 32]) -> Bytes32,
    ) -> Result<Self, CryptoError> {
        if !is_name(&info.created_at) {
            return Err(CryptoError::CreatedAt);
        }
        let salt = *random::array()?;
        let slot_key = slot_key(&salt);
        let wrapping = derive::subkey(&slot_key, label::SLOT_WRAP);
        let wrapped = wrap::wrap(&wrapping, &associated(&info, vault)?, master.bytes())?;
        // Not a key: it is stored in the clear.
        let check = **derive::subkey(&slot_key, label::SLOT_CHECK);
        let bytes = frame::fields(&[
            &info.id.to_le_bytes(),
            kind_name(info.kind).as_bytes(),
            info.created_at.as_bytes(),
            info.kdf.as_bytes(),
            &parameters(&info),
            &salt,
            &check,
            &wrapped,
        ])?;
        let lock = Some(Lock { salt, check, wrapped });
        Ok(Self {
            bytes,
            takes_password: info.kind == SlotKind::Password,
            takes_code: info.kind == SlotKind::RecoveryCode,
            info,
            lock,
            noted: Noted::Nothing,
        })
    }

    /// The slot that holds the note on the audit log.
    pub(super) fn for_note(id: u32, note: AuditNote, created_at: &str) -> Result<Self, CryptoError> {
        Ok(Self {
            bytes: note.encode(id, created_at)?,
            info: SlotInfo {
                id,
                kind: SlotKind::Note,
                kdf: String::new(),
                iterations: None,
                created_at: created_at.to_owned(),
            },
            takes_password: false,
            takes_code: false,
            lock: None,
            noted: Noted::Note(note),
        })
    }

    /// Reads a slot; one whose kind or KDF this version does not know keeps its bytes.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, KeyRingError> {
        let form = || KeyRingError::Tampered("one of its slots is malformed");
        let mut fields = Fields::new(bytes);
        let name = |fields: &mut Fields<'_>| {
            let text = std::str::from_utf8(fields.take()?).ok()?;
            is_name(text).then(|| text.to_owned())
        };
        let id = fields.take_array().map(u32::from_le_bytes).ok_or_else(form)?;
        let kind = name(&mut fields).ok_or_else(form)?;
        let created_at = name(&mut fields).ok_or_else(form)?;
        let mut slot = Self {
            bytes: bytes.to_vec(),
            info: SlotInfo {
                id,
                kind: SlotKind::Other,
                kdf: String::new(),
                iterations: None,
                created_at,
            },
            takes_password: kind == PASSWORD,
            takes_code: kind == RECOVERY_CODE,
            lock: None,
            noted: Noted::Nothing,
        };
        if kind == note::KIND {
            slot.info.kind = SlotKind::Note;
            slot.noted = AuditNote::decode(fields).ok_or_else(form)?;
            return Ok(slot);
        }
        if kind != PASSWORD && kind != RECOVERY_CODE {
            return Ok(slot);
        }
        slot.info.kdf = name(&mut fields).ok_or_else(form)?;
        let parameters = fields.take().ok_or_else(form)?;
        match (kind.as_str(), slot.info.kdf.as_str()) {
            (PASSWORD, PBKDF2) => {
                let iterations = parameters.try_into().map(u32::from_le_bytes);
                let iterations = iterations.map_err(|_| form())?;
                if iterations < KdfCost::FLOOR {
                    return Err(KeyRingError::KdfBelowFloor { slot: id, iterations });
                }
                if iterations > KdfCost::CEILING {
                    return Err(KeyRingError::KdfAboveCeiling { slot: id, iterations });
                }
                slot.info.kind = SlotKind::Password;
                slot.info.iterations = Some(iterations);
            }
            (RECOVERY_CODE, HKDF) if parameters.is_empty() => {
                slot.info.kind = SlotKind::RecoveryCode;
            }
            (RECOVERY_CODE, HKDF) => return Err(form()),
            _ => return Ok(slot),
        }
        slot.lock = (|| {
            Some(Lock {
                salt: fields.take_array()?,
                check: fields.take_array()?,
                wrapped: fields.take_array()?,
            })
        })();
        if slot.lock.is_none() || !fields.is_at_end() {
            return Err(form());
        }
        Ok(slot)
    }

    /// The master key, if this slot matches `secret`; `Ok(None)` if it does not.
    pub(super) fn open(&self, vault: &VaultId, secret: &Secret) -> Result<Option<MasterKey>, KeyRingError> {
        let Some(lock) = &self.lock else {
            return Ok(None);
        };
        let slot_key = match (secret, self.info.kind, self.info.iterations) {
            (Secret::Password(password), SlotKind::Password, Some(iterations)) => {
                password_key(password, &lock.salt, iterations)
            }
            (Secret::RecoveryCode(code), SlotKind::RecoveryCode, _) => recovery_key(code, &lock.salt),
            _ => return Ok(None),
        };
        let check = derive::subkey(&slot_key, label::SLOT_CHECK);
        if !bool::from(check.as_slice().ct_eq(lock.check.as_slice())) {
            return Ok(None);
        }
        let wrapping = derive::subkey(&slot_key, label::SLOT_WRAP);
        wrap::unwrap(&wrapping, &associated(&self.info, vault)?, &lock.wrapped)
            .map(|bytes| Some(MasterKey::new(bytes)))
            .map_err(|_| KeyRingError::Tampered("its master key does not unwrap"))
    }

    /// Returns whether a password opens it, even through a KDF that this version does not know.
    pub(super) fn takes_password(&self) -> bool {
        self.takes_password
    }

    /// The name of the unknown KDF, if this slot is for such a secret but this version cannot try it.
    pub(super) fn unknown_kdf(&self, secret: &Secret) -> Option<&str> {
        let takes = match secret {
            Secret::Password(_) => self.takes_password,
            Secret::RecoveryCode(_) => self.takes_code,
        };
        (takes && self.lock.is_none()).then_some(self.info.kdf.as_str())
    }

    /// The note in this slot.
    pub(super) fn noted(&self) -> &Noted {
        &self.noted
    }

    pub(super) fn info(&self) -> &SlotInfo {
        &self.info
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

fn password_key(password: &Password, salt: &[u8; 32], iterations: u32) -> Bytes32 {
    boxed(|key| derive::pbkdf2(password.as_bytes(), salt, iterations, key))
}

fn recovery_key(code: &RecoveryCode, salt: &[u8; 32]) -> Bytes32 {
    boxed(|key| derive::hkdf(salt, code.bytes(), label::RECOVERY_SLOT, key))
}

fn kind_name(kind: SlotKind) -> &'static str {
    match kind {
        SlotKind::Password => PASSWORD,
        SlotKind::RecoveryCode => RECOVERY_CODE,
        SlotKind::Note | SlotKind::Other => "",
    }
}

fn parameters(info: &SlotInfo) -> Vec<u8> {
    info.iterations
        .map(|n| n.to_le_bytes().to_vec())
        .unwrap_or_default()
}

fn associated(info: &SlotInfo, vault: &VaultId) -> Result<Vec<u8>, CryptoError> {
    frame::fields(&[
        label::WRAPPED_MASTER,
        vault.as_bytes(),
        &info.id.to_le_bytes(),
        kind_name(info.kind).as_bytes(),
        info.kdf.as_bytes(),
        &parameters(info),
    ])
}
