//! The fingerprint of a public key, of which safety numbers are made.

use crate::derive::label;
use crate::digest::Digest;
use crate::error::CryptoError;
use crate::frame;

/// How often the key is hashed: whoever looks for a key with a given number pays as much for each that is tried.
const ROUNDS: u32 = 5_200;

/// The first 30 bytes of BLAKE2b-256, iterated over label, the hash before and the key (docs/CRYPTO.md, "Safety
/// numbers"). No secret is in it: both sides compute it of the same key.
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
