//! The key types: boxed, wiped on drop, without `Clone`, with a redacted `Debug`.

use zeroize::ZeroizeOnDrop;

use crate::derive::{self, Keyed, label};
use crate::error::CryptoError;
use crate::random;
use crate::secret::{self, Bytes32};

macro_rules! key_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// 32 boxed bytes, wiped on drop; comparison takes constant time.
        pub struct $name(Bytes32);

        impl $name {
            pub(crate) fn new(bytes: Bytes32) -> Self {
                Self(bytes)
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

        impl ZeroizeOnDrop for $name {}

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
    /// The key of the MACs in the migration ledger; derived from the master key.
    LedgerKey
}

key_type! {
    /// The key of the MACs in the notes of a vault's snapshots; derived from the master key.
    SnapshotKey
}

key_type! {
    /// The key of the MACs in the audit log: a row of `key_store`.
    AuditKey
}

impl MasterKey {
    pub(crate) fn generate() -> Result<Self, CryptoError> {
        random::boxed().map(Self::new)
    }

    /// The bytes, for the test that searches a process's memory for them.
    #[cfg(feature = "testing")]
    pub fn dangerously_expose_bytes(&self) -> &[u8; 32] {
        self.bytes()
    }

    /// A second copy, for the one function that opens a newer key ring with an existing key.
    pub(crate) fn duplicate(&self) -> Self {
        Self::new(secret::copied(self.bytes()))
    }

    /// Derives the key that wraps `key_store`: HKDF-SHA512, empty salt, label
    /// `privatus 2026-11-24 key-store v1`.
    pub fn key_store_key(&self) -> KeyStoreKey {
        KeyStoreKey::new(derive::subkey(self.bytes(), label::KEY_STORE))
    }

    /// Derives the key of the ledger's MACs: HKDF-SHA512, empty salt, label `privatus 2026-11-24 ledger mac v1`.
    pub fn ledger_key(&self) -> LedgerKey {
        LedgerKey::new(derive::subkey(self.bytes(), label::LEDGER_MAC))
    }

    /// Derives the key of the MACs in snapshot notes: HKDF-SHA512, empty salt, label `privatus 2026-11-30 snapshot mac
    /// v1`.
    pub fn snapshot_key(&self) -> SnapshotKey {
        SnapshotKey::new(derive::subkey(self.bytes(), label::SNAPSHOT_MAC))
    }
}

impl DatabaseKey {
    pub(crate) fn generate() -> Result<Self, CryptoError> {
        random::boxed().map(Self::new)
    }

    /// The bytes, for SQLCipher. The caller must wipe copies of them.
    pub fn dangerously_expose_bytes(&self) -> &[u8; 32] {
        self.bytes()
    }
}

/// The key of one (table, purpose), or of one month of messages, from which row keys are derived.
///
/// 32 boxed bytes, wiped on drop; comparison takes constant time.
pub struct TableKey {
    bytes: Bytes32,
    /// A prepared state for deriving row keys.
    rows: Keyed<32>,
}

impl PartialEq for TableKey {
    fn eq(&self, other: &Self) -> bool {
        subtle::ConstantTimeEq::ct_eq(self.bytes.as_slice(), other.bytes.as_slice()).into()
    }
}

impl Eq for TableKey {}

impl ZeroizeOnDrop for TableKey {}

impl std::fmt::Debug for TableKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TableKey(redacted)")
    }
}

impl TableKey {
    pub(crate) fn new(bytes: Bytes32) -> Self {
        Self {
            rows: Keyed::new(&bytes, label::ROW),
            bytes,
        }
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Writes the key of one row, derived from the fields after the label (docs/CRYPTO.md). It seals a single value
    /// and stays on the caller's stack: boxing each would cost as much as the hash.
    pub(crate) fn row_key(&self, material: &[u8], out: &mut [u8; 32]) {
        self.rows.finish(material, out);
    }

    /// A new random key.
    ///
    /// # Errors
    /// [`CryptoError::NoRandomness`].
    pub fn generate() -> Result<Self, CryptoError> {
        random::boxed().map(Self::new)
    }

    /// The bytes, for an archive's own SQLCipher file. The caller must wipe copies of them.
    pub fn dangerously_expose_bytes(&self) -> &[u8; 32] {
        self.bytes()
    }

    /// Converts this key to one that only hashes ids.
    pub fn into_id_key(self) -> IdKey {
        IdKey::new(self.bytes)
    }

    /// Converts this key to one for the MACs of the audit log. Its row must not be used for anything else.
    pub fn to_audit_key(&self) -> AuditKey {
        AuditKey::new(secret::copied(self.bytes()))
    }
}

impl AuditKey {
    /// Keyed BLAKE2b-256 over the length-prefixed label and fields of an entry (docs/CRYPTO.md, "The audit log"). No
    /// field may exceed 4 GiB.
    pub fn entry_mac(&self, fields: &[&[u8]]) -> [u8; 32] {
        framed_hash(self.bytes(), label::AUDIT_ENTRY, fields)
    }

    /// Keyed BLAKE2b-256 over the length-prefixed label and fields of a checkpoint. No field may exceed 4 GiB.
    pub fn checkpoint_mac(&self, fields: &[&[u8]]) -> [u8; 32] {
        framed_hash(self.bytes(), label::AUDIT_CHECKPOINT, fields)
    }
}

impl LedgerKey {
    /// A random key, for a ledger that belongs to no vault.
    ///
    /// # Errors
    /// [`CryptoError::NoRandomness`].
    pub fn generate() -> Result<Self, CryptoError> {
        random::boxed().map(Self::new)
    }

    /// Keyed BLAKE2b-256 over the length-prefixed label and fields of a row. No field may exceed 4 GiB.
    pub fn mac(&self, fields: &[&[u8]]) -> [u8; 32] {
        framed_hash(self.bytes(), label::LEDGER_ROW, fields)
    }

    /// Returns whether `mac` is the MAC of the fields, in constant time.
    pub fn is_mac(&self, fields: &[&[u8]], mac: &[u8]) -> bool {
        subtle::ConstantTimeEq::ct_eq(self.mac(fields).as_slice(), mac).into()
    }
}

impl SnapshotKey {
    /// Keyed BLAKE2b-256 over the length-prefixed label and fields of a note. No field may exceed 4 GiB.
    pub fn mac(&self, fields: &[&[u8]]) -> [u8; 32] {
        framed_hash(self.bytes(), label::SNAPSHOT_NOTE, fields)
    }

    /// Returns whether `mac` is the MAC of the fields, in constant time.
    pub fn is_mac(&self, fields: &[&[u8]], mac: &[u8]) -> bool {
        subtle::ConstantTimeEq::ct_eq(self.mac(fields).as_slice(), mac).into()
    }
}

/// The key for hashing ids.
///
/// 32 boxed bytes, wiped on drop; comparison takes constant time.
pub struct IdKey {
    bytes: Bytes32,
    /// A prepared state for hashing ids, since every message has one.
    ids: Keyed<16>,
}

impl PartialEq for IdKey {
    fn eq(&self, other: &Self) -> bool {
        subtle::ConstantTimeEq::ct_eq(self.bytes.as_slice(), other.bytes.as_slice()).into()
    }
}

impl Eq for IdKey {}

impl ZeroizeOnDrop for IdKey {}

impl std::fmt::Debug for IdKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdKey(redacted)")
    }
}

impl IdKey {
    fn new(bytes: Bytes32) -> Self {
        Self {
            ids: Keyed::new(&bytes, label::ID),
            bytes,
        }
    }

    /// Keyed BLAKE2b with 16 bytes of output over the length-prefixed label and fields: equal only if the label and
    /// every field are equal. No field may exceed 4 GiB.
    pub fn hash16(&self, label: &str, fields: &[&[u8]]) -> [u8; 16] {
        let fields = fields.iter().copied();
        self.ids
            .finish_fields(std::iter::once(label.as_bytes()).chain(fields))
    }
}

/// Keyed BLAKE2b with `N` bytes of output over the length-prefixed fields: a label, then `fields`.
fn framed_hash<const N: usize>(key: &[u8; 32], label: &'static [u8], fields: &[&[u8]]) -> [u8; N] {
    Keyed::new(key, label).finish_fields(fields.iter().copied())
}
