//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) with associated data.

use orion::hazardous::aead::xchacha20poly1305::{Nonce, SecretKey, XChaCha20Poly1305};

use crate::error::{CryptoError, OpenError};

/// Bytes of the Poly1305 tag.
pub(crate) const TAG: usize = 16;

/// Encrypts `plaintext` into `out`, which is [`TAG`] bytes longer.
pub(crate) fn seal(
    key: &[u8; 32],
    nonce: &[u8; 24],
    plaintext: &[u8],
    associated: &[u8],
    out: &mut [u8],
) -> Result<(), CryptoError> {
    let key = SecretKey::try_from(key).map_err(|_| CryptoError::TooLong)?;
    let nonce = Nonce::try_from(nonce).map_err(|_| CryptoError::TooLong)?;
    XChaCha20Poly1305::seal(&key, &nonce, plaintext, Some(associated), out).map_err(|_| CryptoError::TooLong)
}

/// Decrypts `sealed` (ciphertext and tag) into `out`, which is [`TAG`] bytes shorter. Nothing is
/// written unless the tag holds.
pub(crate) fn open(
    key: &[u8; 32],
    nonce: &[u8; 24],
    sealed: &[u8],
    associated: &[u8],
    out: &mut [u8],
) -> Result<(), OpenError> {
    let key = SecretKey::try_from(key).map_err(|_| OpenError)?;
    let nonce = Nonce::try_from(nonce).map_err(|_| OpenError)?;
    XChaCha20Poly1305::open(&key, &nonce, sealed, Some(associated), out).map_err(|_| OpenError)
}
