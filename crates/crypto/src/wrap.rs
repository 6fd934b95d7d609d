//! One 32-byte key wrapped under another: nonce (24) · ciphertext (32) · tag (16).

use crate::aead::{self, TAG};
use crate::derive::label;
use crate::error::{CryptoError, OpenError};
use crate::frame;
use crate::key::{KeyStoreKey, TableKey};
use crate::random;
use crate::secret::Bytes32;
use crate::vault_id::VaultId;

/// The value of `key_store.algorithm` for a key wrapped by [`KeyStoreKey::wrap`].
pub const KEY_WRAP_ALGORITHM: &str = "xchacha20-poly1305-wrap-v1";

const NONCE: usize = 24;
/// Bytes of a wrapped key.
pub(crate) const WRAPPED: usize = NONCE + 32 + TAG;

/// Wraps `inner` under `key`, bound to `associated`.
pub(crate) fn wrap(
    key: &[u8; 32],
    associated: &[u8],
    inner: &[u8; 32],
) -> Result<[u8; WRAPPED], CryptoError> {
    let nonce = random::array::<NONCE>()?;
    wrap_with(key, associated, inner, &nonce)
}

/// [`wrap`] with a given nonce; only `wrap` and tests call this.
pub(crate) fn wrap_with(
    key: &[u8; 32],
    associated: &[u8],
    inner: &[u8; 32],
    nonce: &[u8; NONCE],
) -> Result<[u8; WRAPPED], CryptoError> {
    let mut out = [0; WRAPPED];
    let (head, body) = out.split_at_mut(NONCE);
    head.copy_from_slice(nonce);
    aead::seal(key, nonce, inner, associated, body)?;
    Ok(out)
}

/// Unwraps a key from [`wrap`] with the same key and associated data.
pub(crate) fn unwrap(key: &[u8; 32], associated: &[u8], wrapped: &[u8]) -> Result<Bytes32, OpenError> {
    let wrapped: &[u8; WRAPPED] = wrapped.try_into().map_err(|_| OpenError)?;
    let (nonce, body) = wrapped.split_first_chunk::<NONCE>().ok_or(OpenError)?;
    let mut inner = Bytes32::default();
    aead::open(key, nonce, body, associated, inner.as_mut_slice())?;
    Ok(inner)
}

impl KeyStoreKey {
    /// Wraps a table key for a row of `key_store`, bound to the vault and the row's number, type and scope.
    ///
    /// # Errors
    /// [`CryptoError::NoRandomness`] if the operating system returns none.
    pub fn wrap(
        &self,
        vault: &VaultId,
        number: u32,
        key_type: &str,
        scope: &str,
        key: &TableKey,
    ) -> Result<Vec<u8>, CryptoError> {
        let associated = associated(vault, number, key_type, scope)?;
        Ok(wrap(self.bytes(), &associated, key.bytes())?.to_vec())
    }

    /// Unwraps a key of `key_store`.
    ///
    /// # Errors
    /// [`OpenError`] unless vault, number, type, scope and every byte match those of [`Self::wrap`].
    pub fn unwrap(
        &self,
        vault: &VaultId,
        number: u32,
        key_type: &str,
        scope: &str,
        wrapped: &[u8],
    ) -> Result<TableKey, OpenError> {
        let associated = associated(vault, number, key_type, scope).map_err(|_| OpenError)?;
        unwrap(self.bytes(), &associated, wrapped).map(TableKey::new)
    }
}

fn associated(vault: &VaultId, number: u32, key_type: &str, scope: &str) -> Result<Vec<u8>, CryptoError> {
    frame::fields(&[
        label::WRAPPED_TABLE,
        vault.as_bytes(),
        &number.to_le_bytes(),
        key_type.as_bytes(),
        scope.as_bytes(),
    ])
}
