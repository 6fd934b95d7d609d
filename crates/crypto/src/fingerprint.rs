//! The fingerprint of a public key, from which safety numbers are computed.

use crate::derive::label;
use crate::digest::Digest;
use crate::error::CryptoError;
use crate::frame;

/// How often the key is hashed. Anyone who searches for a key with a given number pays this for each attempt.
const ROUNDS: u32 = 5_200;

/// The first 30 bytes of BLAKE2b-256, iterated over the label, the previous hash and the key (docs/CRYPTO.md, "Safety
/// numbers"). It involves no secret: both sides compute it from the same key.
///
/// # Errors
/// [`CryptoError`] for a key of more than 4 GiB.
pub fn fingerprint(key: &[u8]) -> Result<[u8; 30], CryptoError> {
    let mut hash = [0; 32];
    for _ in 0..ROUNDS {
        hash = Digest::of(&frame::fields(&[label::FINGERPRINT, &hash, key])?);
    }
    Ok(*hash.first_chunk().unwrap_or(&[0; 30]))
}
