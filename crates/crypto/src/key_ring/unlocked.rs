//! The keys from an opened key ring.

use super::body::Body;
use super::note::Noted;
use super::slot::SlotKind;
use crate::key::{DatabaseKey, MasterKey};
use crate::vault_id::VaultId;

/// The keys of an opened key ring.
#[derive(Debug)]
pub struct Unlocked {
    master: MasterKey,
    database_key: DatabaseKey,
    cipher_salt: [u8; 16],
    vault: VaultId,
    generation: u64,
    slot_kind: SlotKind,
    noted: Noted,
}

impl Unlocked {
    pub(super) fn new(
        body: &Body,
        master: MasterKey,
        database_key: DatabaseKey,
        slot_kind: SlotKind,
    ) -> Self {
        Self {
            master,
            database_key,
            cipher_salt: body.cipher_salt,
            vault: body.vault,
            generation: body.generation,
            slot_kind,
            noted: body.noted(),
        }
    }

    /// The master key.
    pub fn master(&self) -> &MasterKey {
        &self.master
    }

    /// SQLCipher's raw key.
    pub fn database_key(&self) -> &DatabaseKey {
        &self.database_key
    }

    /// SQLCipher's salt, which is also the file's first 16 bytes. Not secret.
    pub fn cipher_salt(&self) -> &[u8; 16] {
        &self.cipher_salt
    }

    /// The vault.
    pub fn vault_id(&self) -> VaultId {
        self.vault
    }

    /// The generation of the key ring that was opened.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The note on the audit log, which is authentic.
    pub fn noted(&self) -> &Noted {
        &self.noted
    }

    /// The kind of secret that opened it.
    pub fn slot_kind(&self) -> SlotKind {
        self.slot_kind
    }
}
