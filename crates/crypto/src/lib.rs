#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod aead;
mod derive;
mod digest;
mod envelope;
mod error;
mod fingerprint;
mod frame;
mod kdf;
mod kdf_limits;
mod key;
mod key_ring;
mod password;
mod processor_time;
mod random;
mod recovery_code;
mod secret;
mod vault_id;
mod wrap;

#[cfg(test)]
mod tests;

pub use digest::Digest;
pub use envelope::{Context, ENVELOPE_OVERHEAD, envelope_key_number};
pub use error::{CryptoError, KeyRingError, OpenError, SecretError};
pub use fingerprint::fingerprint;
pub use kdf::KdfCost;
pub use key::{AuditKey, DatabaseKey, IdKey, KeyStoreKey, LedgerKey, MasterKey, SnapshotKey, TableKey};
pub use key_ring::{AuditNote, KeyRing, MAX_KEY_RING_BYTES, Noted, SlotInfo, SlotKind, Unlocked};
pub use password::{MAX_PASSWORD_BYTES, Password, Secret};
pub use recovery_code::RecoveryCode;
pub use vault_id::VaultId;
pub use wrap::KEY_WRAP_ALGORITHM;
