//! Contacts and the names they are shown by.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::id::ContactId;
use crate::limits::{NAME_CHARS, PUBLIC_KEY_BYTES};
use crate::time::Timestamp;

/// Why a contact was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContactError {
    /// A name needs at least one character.
    #[error("a name cannot be empty")]
    NameEmpty,
    /// The name is longer than [`NAME_CHARS`].
    #[error("the name has {0} characters; at most 1,024 are kept")]
    NameTooLong(usize),
    /// A public key is given in standard base64.
    #[error("the public key is not base64")]
    KeyNotBase64,
    /// The public key is larger than [`PUBLIC_KEY_BYTES`].
    #[error("the public key has {0} bytes; at most 16,384 are kept")]
    KeyTooLong(usize),
    /// A contact without a public key cannot be verified.
    #[error("the contact has no public key, so there is nothing to verify")]
    NothingToVerify,
}

/// A name of 1 to 1,024 characters, kept exactly; a terminal shows it made harmless.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DisplayName(String);

impl DisplayName {
    /// Checks a name.
    ///
    /// # Errors
    /// [`ContactError::NameEmpty`] or [`ContactError::NameTooLong`].
    pub fn new(name: impl Into<String>) -> Result<Self, ContactError> {
        let name = name.into();
        let chars = name.chars().count();
        if chars == 0 {
            return Err(ContactError::NameEmpty);
        }
        if chars > NAME_CHARS {
            return Err(ContactError::NameTooLong(chars));
        }
        Ok(Self(name))
    }

    /// A name from a source whose names nobody checked: an empty one becomes `fallback`, a long one is cut.
    #[must_use]
    pub fn lenient(name: &str, fallback: &str) -> Self {
        let name = if name.is_empty() { fallback } else { name };
        let name: String = name.chars().take(NAME_CHARS).collect();
        Self(if name.is_empty() { "?".into() } else { name })
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DisplayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DisplayName(«redacted»)")
    }
}

/// A contact's public key: 0 to 16,384 bytes. Empty for a contact that an import made.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PublicKey(Vec<u8>);

impl PublicKey {
    /// Checks a key's size.
    ///
    /// # Errors
    /// [`ContactError::KeyTooLong`].
    pub fn new(bytes: Vec<u8>) -> Result<Self, ContactError> {
        if bytes.len() > PUBLIC_KEY_BYTES {
            return Err(ContactError::KeyTooLong(bytes.len()));
        }
        Ok(Self(bytes))
    }

    /// Reads standard base64.
    ///
    /// # Errors
    /// [`ContactError::KeyNotBase64`] or [`ContactError::KeyTooLong`].
    pub fn from_base64(text: &str) -> Result<Self, ContactError> {
        Self::new(
            STANDARD
                .decode(text.trim())
                .map_err(|_| ContactError::KeyNotBase64)?,
        )
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

    /// Whether there is no key.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({} bytes)", self.0.len())
    }
}

/// A contact to be created.
#[derive(Debug, Clone)]
pub struct NewContact {
    /// Its id.
    pub id: ContactId,
    /// Its name.
    pub display_name: DisplayName,
    /// Its key; may be empty.
    pub public_key: PublicKey,
    /// Whether the key was verified. Ignored without a key.
    pub is_verified: bool,
    /// When it was added.
    pub added_at: Timestamp,
    /// When it was last seen.
    pub last_seen: Option<Timestamp>,
}

/// A contact as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// Its name.
    pub display_name: String,
    /// Its key; may be empty.
    pub public_key: PublicKey,
    /// Whether the key was verified.
    pub is_verified: bool,
    /// When it was added.
    pub added_at: Timestamp,
    /// When it was last seen.
    pub last_seen: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_have_limits() {
        assert_eq!(DisplayName::new(""), Err(ContactError::NameEmpty));
        assert!(DisplayName::new("é".repeat(1_024)).is_ok());
        assert_eq!(
            DisplayName::new("é".repeat(1_025)),
            Err(ContactError::NameTooLong(1_025))
        );
        assert_eq!(
            DisplayName::lenient("", "Deleted account").as_str(),
            "Deleted account"
        );
        assert_eq!(DisplayName::lenient(&"x".repeat(2_000), "").as_str().len(), 1_024);
    }

    #[test]
    fn keys_are_base64_of_bounded_size() {
        assert_eq!(PublicKey::from_base64("AAEC\n").unwrap().as_bytes(), [0, 1, 2]);
        assert_eq!(PublicKey::from_base64("no key"), Err(ContactError::KeyNotBase64));
        assert_eq!(
            PublicKey::new(vec![0; 16_385]),
            Err(ContactError::KeyTooLong(16_385))
        );
    }
}
