//! Every key derivation of a vault, in one place. A label is dated, serves one purpose, and is never reused for
//! another.

use orion::hazardous::hash::blake2::blake2b::Blake2b;
use orion::hazardous::kdf::hkdf::{Hkdf, SHA512 as HkdfSha512};
use orion::hazardous::kdf::pbkdf2::{Pbkdf2, SHA512 as Pbkdf2Sha512};
use orion::hazardous::mac::blake2b::{Blake2b as KeyedBlake2b, SecretKey};

use crate::secret::{Bytes32, boxed, on_wiped_stack};

/// The labels. Changing one makes every vault unreadable.
pub(crate) mod label {
    /// HKDF: recovery code → slot key.
    pub(crate) const RECOVERY_SLOT: &[u8] = b"privatus 2026-11-24 recovery slot v1";
    /// HKDF: slot key → key check, stored in the slot.
    pub(crate) const SLOT_CHECK: &[u8] = b"privatus 2026-11-24 slot check v1";
    /// HKDF: slot key → the key that wraps the master key.
    pub(crate) const SLOT_WRAP: &[u8] = b"privatus 2026-11-24 slot wrap v1";
    /// Associated data of the wrapped master key.
    pub(crate) const WRAPPED_MASTER: &[u8] = b"privatus 2026-11-24 wrapped master v1";
    /// HKDF: master key → the key that wraps the database key.
    pub(crate) const DATABASE_WRAP: &[u8] = b"privatus 2026-11-24 database wrap v1";
    /// Associated data of the wrapped database key.
    pub(crate) const WRAPPED_DATABASE: &[u8] = b"privatus 2026-11-24 wrapped database v1";
    /// HKDF: master key → the key ring's MAC key.
    pub(crate) const KEY_RING_MAC: &[u8] = b"privatus 2026-11-24 keyring mac v1";
    /// First field under the key ring's MAC.
    pub(crate) const KEY_RING_BODY: &[u8] = b"privatus 2026-11-24 keyring body v1";
    /// HKDF: master key → key-store key.
    pub(crate) const KEY_STORE: &[u8] = b"privatus 2026-11-24 key-store v1";
    /// Associated data of a wrapped table key.
    pub(crate) const WRAPPED_TABLE: &[u8] = b"privatus 2026-11-24 wrapped table v1";
    /// HKDF: master key → the key of the migration ledger's MACs.
    pub(crate) const LEDGER_MAC: &[u8] = b"privatus 2026-11-24 ledger mac v1";
    /// First field under the ledger's MACs.
    pub(crate) const LEDGER_ROW: &[u8] = b"privatus 2026-11-24 ledger row v1";
    /// Keyed BLAKE2b: table key and random bytes → row key. Padded with zeros to one BLAKE2b block, so that the blocks
    /// of key and label are hashed once per table key, and each message adds one more (docs/adr/0010).
    pub(crate) const ROW: &[u8] = &padded(b"privatus 2026-11-24 row v1");
    /// First field under the MAC of an audit entry.
    pub(crate) const AUDIT_ENTRY: &[u8] = b"privatus 2026-11-25 audit entry v1";
    /// First field under the MAC of an audit checkpoint.
    pub(crate) const AUDIT_CHECKPOINT: &[u8] = b"privatus 2026-11-25 audit checkpoint v1";
    /// First field of each hash of a public key's fingerprint.
    pub(crate) const FINGERPRINT: &[u8] = b"privatus 2026-11-25 fingerprint v1";
    /// HKDF: master key → the key of the MACs in snapshot notes.
    pub(crate) const SNAPSHOT_MAC: &[u8] = b"privatus 2026-11-30 snapshot mac v1";
    /// First field under the MACs of snapshot notes.
    pub(crate) const SNAPSHOT_NOTE: &[u8] = b"privatus 2026-11-30 snapshot note v1";
    /// Keyed BLAKE2b: id key → 16-byte ids.
    pub(crate) const ID: &[u8] = b"privatus 2026-11-24 id v1";

    /// The label, then zeros.
    const fn padded(label: &[u8]) -> [u8; 128] {
        let mut out = [0; 128];
        let (start, _) = out.split_at_mut(label.len());
        start.copy_from_slice(label);
        out
    }
}

/// PBKDF2-HMAC-SHA512 (RFC 8018), filling `out`.
///
/// `iterations` must be at least 1 and `out` not empty: every caller has checked its cost.
#[expect(
    clippy::expect_used,
    reason = "fails only for 0 iterations or an empty output"
)]
pub(crate) fn pbkdf2(password: &[u8], salt: &[u8], iterations: u32, out: &mut [u8]) {
    let iterations = usize::try_from(iterations).unwrap_or(usize::MAX);
    on_wiped_stack(|| Pbkdf2::<Pbkdf2Sha512>::derive_key(password, salt, iterations, out))
        .expect("iterations and output length are within PBKDF2's limits");
}

/// HKDF-SHA512 (RFC 5869), filling `out`, which must have at most 16,320 bytes.
#[expect(
    clippy::expect_used,
    reason = "fails only for an output of 0 or above 16,320 bytes"
)]
pub(crate) fn hkdf(salt: &[u8], key: &[u8], info: &[u8], out: &mut [u8]) {
    on_wiped_stack(|| Hkdf::<HkdfSha512>::derive_key(salt, key, Some(info), out))
        .expect("the output length is within HKDF's limits");
}

/// HKDF-SHA512 of a 32-byte key with an empty salt and a label.
pub(crate) fn subkey(key: &[u8; 32], label: &'static [u8]) -> Bytes32 {
    boxed(|out| hkdf(&[], key, label, out))
}

/// BLAKE2b (RFC 7693) with `N` bytes of output, keyed, over bytes whose fields are already length-prefixed.
#[expect(
    clippy::expect_used,
    reason = "fails only for a key or output outside 1 to 64 bytes"
)]
pub(crate) fn keyed_blake2b<const N: usize>(key: &[u8; 32], framed: &[&[u8]]) -> [u8; N] {
    const { assert!(N >= 1 && N <= 64) };
    let mut out = [0; N];
    on_wiped_stack(|| {
        let key = SecretKey::try_from(key).expect("32 bytes are a BLAKE2b key");
        let mut state = KeyedBlake2b::new(&key, N).expect("the output length is BLAKE2b's");
        for part in framed {
            state.update(part).expect("the state is not finalized");
        }
        let tag = state.finalize().expect("finalized once");
        out.copy_from_slice(tag.unprotected_as_ref());
    });
    out
}

/// A keyed BLAKE2b state that has absorbed its key and a first field, and hashed the blocks they fill. The field
/// replaces the key in the state's buffer, so that copies do not contain the key. orion wipes the state, and each copy
/// of it, on drop.
pub(crate) struct Keyed<const N: usize>(Box<KeyedBlake2b>);

impl<const N: usize> Keyed<N> {
    #[expect(
        clippy::expect_used,
        reason = "fails only for a key or output outside 1 to 64 bytes"
    )]
    pub(crate) fn new(key: &[u8; 32], first: &'static [u8]) -> Self {
        const { assert!(N >= 1 && N <= 64) };
        on_wiped_stack(|| {
            let key = SecretKey::try_from(key).expect("32 bytes are a BLAKE2b key");
            let state = KeyedBlake2b::new(&key, N).expect("the output length is BLAKE2b's");
            let mut state = Box::new(state);
            add_field(&mut state, first);
            Self(state)
        })
    }

    /// The hash of the first field and `rest`, whose fields are already length-prefixed.
    #[expect(clippy::expect_used, reason = "a copy is not finalized yet")]
    pub(crate) fn finish(&self, rest: &[u8], out: &mut [u8; N]) {
        let mut state = KeyedBlake2b::clone(&self.0);
        state.update(rest).expect("the state is not finalized");
        write_tag(&mut state, out);
    }

    /// The hash of the first field and these fields.
    pub(crate) fn finish_fields<'a>(&self, fields: impl IntoIterator<Item = &'a [u8]>) -> [u8; N] {
        let mut state = KeyedBlake2b::clone(&self.0);
        for field in fields {
            add_field(&mut state, field);
        }
        let mut out = [0; N];
        write_tag(&mut state, &mut out);
        out
    }
}

/// Adds one field. Callers rule out fields of more than 4 GiB; the prefix of such a field would be the largest length.
#[expect(clippy::expect_used, reason = "the caller has not finalized it")]
fn add_field(state: &mut KeyedBlake2b, field: &[u8]) {
    let length = crate::frame::length(field).unwrap_or([u8::MAX; 4]);
    for part in [length.as_slice(), field] {
        state.update(part).expect("the state is not finalized");
    }
}

/// Finalizes in place: moving the state would leave a copy that is not wiped.
#[expect(clippy::expect_used, reason = "the caller asks once")]
fn write_tag(state: &mut KeyedBlake2b, out: &mut [u8]) {
    let tag = state.finalize().expect("finalized once");
    out.copy_from_slice(tag.unprotected_as_ref());
}

/// An unkeyed BLAKE2b-256 state.
#[expect(clippy::expect_used, reason = "32 is within BLAKE2b's output lengths")]
pub(crate) fn blake2b_256() -> Blake2b {
    Blake2b::new(32).expect("32 is a BLAKE2b output length")
}
