//! A contact's public key.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::limits::{PUBLIC_KEY_BYTES, PUBLIC_KEY_BYTES_MIN};

/// Why a public key was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublicKeyError {
    /// The key is not valid standard base64.
    #[error("the public key is not valid base64")]
    NotBase64,
    /// The public key is smaller than [`PUBLIC_KEY_BYTES_MIN`].
    #[error("the public key is too short: it needs at least 32 bytes, got {0}")]
    TooShort(usize),
    /// The public key is larger than [`PUBLIC_KEY_BYTES`].
    #[error("the public key has {0} bytes; the limit is 16,384")]
    TooLong(usize),
}

/// A public key of 32 to 16,384 bytes, or none. The application decides which algorithm it belongs to.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PublicKey(Vec<u8>);

impl PublicKey {
    /// Checks a key's size.
    ///
    /// # Errors
    /// [`PublicKeyError::TooShort`] or [`PublicKeyError::TooLong`].
    pub fn new(bytes: Vec<u8>) -> Result<Self, PublicKeyError> {
        let key = Self::kept(bytes)?;
        key.check_verifiable()?;
        Ok(key)
    }

    /// Accepts a key that another program or an older build stored, however short; empty means none.
    ///
    /// # Errors
    /// [`PublicKeyError::TooLong`].
    pub fn kept(bytes: Vec<u8>) -> Result<Self, PublicKeyError> {
        if bytes.len() > PUBLIC_KEY_BYTES {
            return Err(PublicKeyError::TooLong(bytes.len()));
        }
        Ok(Self(bytes))
    }

    /// Reads standard base64; checks the size as [`new`](Self::new) does.
    ///
    /// # Errors
    /// [`PublicKeyError`]
    pub fn from_base64(text: &str) -> Result<Self, PublicKeyError> {
        Self::new(decoded(text)?)
    }

    /// Reads standard base64; accepts short keys as [`kept`](Self::kept) does.
    ///
    /// # Errors
    /// [`PublicKeyError::NotBase64`] or [`PublicKeyError::TooLong`].
    pub fn kept_base64(text: &str) -> Result<Self, PublicKeyError> {
        Self::kept(decoded(text)?)
    }

    /// The key in standard base64.
    #[must_use]
    pub fn to_base64(&self) -> String {
        STANDARD.encode(&self.0)
    }

    /// The key's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Checks that [`new`](Self::new) would accept the key. A key accepted only by [`kept`](Self::kept) can never be
    /// verified.
    ///
    /// # Errors
    /// [`PublicKeyError::TooShort`]
    pub const fn check_verifiable(&self) -> Result<(), PublicKeyError> {
        if self.0.len() < PUBLIC_KEY_BYTES_MIN {
            return Err(PublicKeyError::TooShort(self.0.len()));
        }
        Ok(())
    }

    /// Returns whether there is no key.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn decoded(text: &str) -> Result<Vec<u8>, PublicKeyError> {
    STANDARD
        .decode(text.trim())
        .map_err(|_| PublicKeyError::NotBase64)
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_base64_of_bounded_size() {
        assert_eq!(PublicKey::kept_base64("AAEC\n").unwrap().as_bytes(), [0, 1, 2]);
        assert_eq!(PublicKey::from_base64("AAEC"), Err(PublicKeyError::TooShort(3)));
        assert_eq!(PublicKey::from_base64("no key"), Err(PublicKeyError::NotBase64));
        assert_eq!(PublicKey::new(vec![]), Err(PublicKeyError::TooShort(0)));
        let kept = |bytes| PublicKey::kept(vec![0; bytes]).unwrap().check_verifiable();
        assert_eq!(
            [0, 31, 32].map(kept),
            [
                Err(PublicKeyError::TooShort(0)),
                Err(PublicKeyError::TooShort(31)),
                Ok(())
            ]
        );
        assert_eq!(PublicKey::new(vec![0; 31]), Err(PublicKeyError::TooShort(31)));
        assert!(PublicKey::new(vec![0; 32]).is_ok() && PublicKey::new(vec![0; 16_384]).is_ok());
        for long in [PublicKey::new, PublicKey::kept] {
            assert_eq!(long(vec![0; 16_385]), Err(PublicKeyError::TooLong(16_385)));
        }
        assert!(PublicKey::kept_base64("").unwrap().is_empty());
    }

    #[test]
    fn a_key_comes_back_and_is_debugged_by_its_size() {
        let key = PublicKey::kept(vec![0, 1, 2]).unwrap();
        assert_eq!(
            (key.to_base64(), format!("{key:?}")),
            ("AAEC".into(), "PublicKey(3 bytes)".into())
        );
        assert!(!key.is_empty());
    }
}
