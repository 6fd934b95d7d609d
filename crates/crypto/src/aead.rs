//! AEADs with associated data: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) for keys that wrap many keys under
//! random nonces, ChaCha20-Poly1305 (RFC 8439) for a key that seals one value.

use orion::hazardous::aead::chacha20poly1305::{ChaCha20Poly1305, Nonce as ShortNonce};
use orion::hazardous::aead::xchacha20poly1305::{Nonce, SecretKey, XChaCha20Poly1305};

use crate::error::{CryptoError, OpenError};
use crate::secret::on_wiped_stack;

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
    on_wiped_stack(|| {
        let key = SecretKey::try_from(key).map_err(|_| CryptoError::TooLong)?;
        let nonce = Nonce::try_from(nonce).map_err(|_| CryptoError::TooLong)?;
        XChaCha20Poly1305::seal(&key, &nonce, plaintext, Some(associated), out)
            .map_err(|_| CryptoError::TooLong)
    })
}

/// Decrypts `sealed` (ciphertext and tag) into `out`, which is [`TAG`] bytes shorter. Nothing is written unless the
/// tag is valid.
pub(crate) fn open(
    key: &[u8; 32],
    nonce: &[u8; 24],
    sealed: &[u8],
    associated: &[u8],
    out: &mut [u8],
) -> Result<(), OpenError> {
    on_wiped_stack(|| {
        let key = SecretKey::try_from(key).map_err(|_| OpenError)?;
        let nonce = Nonce::try_from(nonce).map_err(|_| OpenError)?;
        XChaCha20Poly1305::open(&key, &nonce, sealed, Some(associated), out).map_err(|_| OpenError)
    })
}

/// The nonce of a key that seals one value. An extended nonce would cost a block of HChaCha20 per value and gain
/// nothing (docs/adr/0010).
const ONE_TIME: [u8; 12] = [0; 12];

/// Encrypts with ChaCha20-Poly1305 under a key that **never seals anything else**.
pub(crate) fn seal_one_time(
    key: &[u8; 32],
    plaintext: &[u8],
    associated: &[u8],
    out: &mut [u8],
) -> Result<(), CryptoError> {
    seal_one_time_with(key, &ONE_TIME, plaintext, associated, out)
}

/// Decrypts what [`seal_one_time`] sealed.
pub(crate) fn open_one_time(
    key: &[u8; 32],
    sealed: &[u8],
    associated: &[u8],
    out: &mut [u8],
) -> Result<(), OpenError> {
    open_one_time_with(key, &ONE_TIME, sealed, associated, out)
}

/// [`seal_one_time`] with a given nonce; only it and tests call this.
pub(crate) fn seal_one_time_with(
    key: &[u8; 32],
    nonce: &[u8; 12],
    plaintext: &[u8],
    associated: &[u8],
    out: &mut [u8],
) -> Result<(), CryptoError> {
    let key = SecretKey::try_from(key).map_err(|_| CryptoError::TooLong)?;
    let nonce = ShortNonce::from(*nonce);
    ChaCha20Poly1305::seal(&key, &nonce, plaintext, Some(associated), out).map_err(|_| CryptoError::TooLong)
}

/// [`open_one_time`] with a given nonce; only it and tests call this.
pub(crate) fn open_one_time_with(
    key: &[u8; 32],
    nonce: &[u8; 12],
    sealed: &[u8],
    associated: &[u8],
    out: &mut [u8],
) -> Result<(), OpenError> {
    let key = SecretKey::try_from(key).map_err(|_| OpenError)?;
    let nonce = ShortNonce::from(*nonce);
    ChaCha20Poly1305::open(&key, &nonce, sealed, Some(associated), out).map_err(|_| OpenError)
}
