//! The key types: wiped on drop, no `Clone`, nothing to see in `Debug`.

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::derive::{self, Bytes32, Keyed, label};
use crate::error::CryptoError;
use crate::{frame, random};

macro_rules! key_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// 32 bytes, wiped on drop; comparing two of them takes constant time.
        #[derive(Zeroize, ZeroizeOnDrop)]
        pub struct $name([u8; 32]);

        impl $name {
            #[allow(dead_code, reason = "not every key is made from bytes")]
            pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Self {
                Self(*bytes)
            }

            pub(crate) fn bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                subtle::ConstantTimeEq::ct_eq(self.0.as_slice(), other.0.as_slice()).into()
            }
        }

        impl Eq for $name {}

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }
    };
}

key_type! {
    /// The root of a vault's keys: random, wrapped in each slot of the key ring.
    MasterKey
}
key_type! {
    /// SQLCipher's raw key for the whole file, wrapped by the master key in the key ring.
    DatabaseKey
}
key_type! {
    /// The key that wraps every row of `key_store`; derived from the master key.
    KeyStoreKey
}
key_type! {
    /// The key under which ids are hashed.
    IdKey
}
key_type! {
    /// The key of the MACs in the ledger of migrations; derived from the master key.
    LedgerKey
}

key_type! {
    /// The key of the MACs in the audit log: a row of `key_store`.
    AuditKey
}

impl MasterKey {
    pub(crate) fn generate() -> Result<Self, CryptoError> {
        random::array().map(|bytes| Self::from_bytes(&bytes))
    }

    /// A second copy, for the one place that opens a newer key ring with a key it holds already.
    pub(crate) fn duplicate(&self) -> Self {
        Self::from_bytes(self.bytes())
    }

    /// Derives the key that wraps `key_store`: HKDF-SHA512, empty salt, label
    /// `privatus 2026-11-24 key-store v1`.
    pub fn key_store_key(&self) -> KeyStoreKey {
        KeyStoreKey::from_bytes(&derive::subkey(self.bytes(), label::KEY_STORE))
    }

    /// Derives the key of the ledger's MACs: HKDF-SHA512, empty salt, label `privatus 2026-11-24 ledger mac v1`.
    pub fn ledger_key(&self) -> LedgerKey {
        LedgerKey::from_bytes(&derive::subkey(self.bytes(), label::LEDGER_MAC))
    }
}

impl DatabaseKey {
    pub(crate) fn generate() -> Result<Self, CryptoError> {
        random::array().map(|bytes| Self::from_bytes(&bytes))
    }

    /// The bytes, for SQLCipher. Copies of them are the caller's to wipe.
    pub fn dangerously_expose_bytes(&self) -> &[u8; 32] {
        self.bytes()
    }
}

/// The key of one (table, purpose), or of one month of messages: row keys are derived from it.
///
/// 32 bytes, wiped on drop; comparing two of them takes constant time.
pub struct TableKey {
    bytes: Bytes32,
    /// Ready for the row keys of envelopes.
    rows: Keyed,
}

impl PartialEq for TableKey {
    fn eq(&self, other: &Self) -> bool {
        subtle::ConstantTimeEq::ct_eq(self.bytes.as_slice(), other.bytes.as_slice()).into()
    }
}

impl Eq for TableKey {}

impl std::fmt::Debug for TableKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TableKey(redacted)")
    }
}

impl TableKey {
    pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self {
            bytes: Bytes32::new(*bytes),
            rows: Keyed::new(bytes, label::ROW),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// The key of one row, from the fields that follow the label (docs/CRYPTO.md).
    pub(crate) fn row_key(&self, material: &[u8]) -> Bytes32 {
        self.rows.finish(material)
    }

    /// A new random key.
    ///
    /// # Errors
    /// [`CryptoError::NoRandomness`].
    pub fn generate() -> Result<Self, CryptoError> {
        random::array().map(|bytes| Self::from_bytes(&bytes))
    }

    /// The bytes, for an archive's own SQLCipher file. Copies of them are the caller's to wipe.
    pub fn dangerously_expose_bytes(&self) -> &[u8; 32] {
        self.bytes()
    }

    /// Takes this key for hashing ids and for nothing else.
    pub fn into_id_key(self) -> IdKey {
        IdKey::from_bytes(self.bytes())
    }

    /// The same key for the MACs of the audit log. The row that it comes from is used for nothing else.
    pub fn to_audit_key(&self) -> AuditKey {
        AuditKey::from_bytes(self.bytes())
    }
}

impl AuditKey {
    /// Keyed BLAKE2b-256 over the length-prefixed label and fields of an entry (docs/CRYPTO.md, "The audit log"). No field
    /// may exceed 4 GiB.
    pub fn entry_mac(&self, fields: &[&[u8]]) -> [u8; 32] {
        *framed_hash(self.bytes(), &[label::AUDIT_ENTRY], fields)
    }

    /// The same of a checkpoint.
    pub fn checkpoint_mac(&self, fields: &[&[u8]]) -> [u8; 32] {
        *framed_hash(self.bytes(), &[label::AUDIT_CHECKPOINT], fields)
    }
}

impl LedgerKey {
    /// A random key, for a ledger that belongs to no vault.
    ///
    /// # Errors
    /// [`CryptoError::NoRandomness`].
    pub fn generate() -> Result<Self, CryptoError> {
        random::array().map(|bytes| Self::from_bytes(&bytes))
    }

    /// Keyed BLAKE2b-256 over the length-prefixed label and fields of a row. No field may exceed 4 GiB.
    pub fn mac(&self, fields: &[&[u8]]) -> [u8; 32] {
        *framed_hash(self.bytes(), &[label::LEDGER_ROW], fields)
    }

    /// Whether `mac` is that of the fields, in constant time.
    pub fn is_mac(&self, fields: &[&[u8]], mac: &[u8]) -> bool {
        subtle::ConstantTimeEq::ct_eq(self.mac(fields).as_slice(), mac).into()
    }
}

impl IdKey {
    /// Keyed BLAKE2b of 16 bytes over the length-prefixed label and fields: equal only when the
    /// label and every field are. No field may exceed 4 GiB.
    pub fn hash16(&self, label: &str, fields: &[&[u8]]) -> [u8; 16] {
        *framed_hash(self.bytes(), &[label::ID, label.as_bytes()], fields)
    }
}

/// Keyed BLAKE2b of `N` bytes over the length-prefixed fields of `head`, then those of `fields`.
fn framed_hash<const N: usize>(
    key: &[u8; 32],
    head: &[&[u8]],
    fields: &[&[u8]],
) -> zeroize::Zeroizing<[u8; N]> {
    let prefixes: Vec<[u8; 4]> = head
        .iter()
        .chain(fields)
        .map(|field| frame::length(field).unwrap_or([u8::MAX; 4]))
        .collect();
    let framed: Vec<&[u8]> = prefixes
        .iter()
        .zip(head.iter().chain(fields))
        .flat_map(|(prefix, field)| [prefix.as_slice(), *field])
        .collect();
    derive::keyed_blake2b::<N>(key, &framed)
}
