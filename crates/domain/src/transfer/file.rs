//! A transfer's file: its name, size and hash.

use std::fmt;

use serde::Serialize;

use super::error::TransferError;
use crate::limits::{FILE_HASH_BYTES, FILE_NAME_CHARS};
use crate::visible::shows_nothing;

/// A file's name: 1 to 1,024 characters, at least one of them visible, and never a path.
#[derive(Clone, PartialEq, Eq)]
pub struct FileName(Box<str>);

impl FileName {
    /// Checks a name.
    ///
    /// # Errors
    /// [`TransferError`] names the rule.
    pub fn new(name: &str) -> Result<Self, TransferError> {
        let chars = name.chars().count();
        if chars == 0 || chars > FILE_NAME_CHARS {
            return Err(TransferError::NameLength(chars));
        }
        if shows_nothing(name) {
            return Err(TransferError::NameBlank);
        }
        if Self::is_path(name) {
            return Err(TransferError::NameIsPath);
        }
        Ok(Self(name.into()))
    }

    /// Returns whether a name leads out of the folder that the file is saved in.
    #[must_use]
    pub fn is_path(name: &str) -> bool {
        name.contains(['/', '\\', '\0']) || name == "." || name == ".."
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileName(«redacted»)")
    }
}

/// A file's size in bytes, up to 63 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FileSize(i64);

impl FileSize {
    /// Checks a size.
    ///
    /// # Errors
    /// [`TransferError::SizeOutOfRange`]
    pub fn new(bytes: impl Into<i128>) -> Result<Self, TransferError> {
        let bytes = bytes.into();
        let size = i64::try_from(bytes).ok().filter(|size| *size >= 0);
        size.map(Self).ok_or(TransferError::SizeOutOfRange(bytes))
    }

    /// A stored size; a negative one, which another application wrote, counts as 0.
    #[must_use]
    pub const fn kept(bytes: i64) -> Self {
        Self(if bytes < 0 { 0 } else { bytes })
    }

    /// Bytes, never below 0.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

/// A file's hash: BLAKE2b-256 if this build computed it, or 16 to 64 bytes from another client.
#[derive(Clone, PartialEq, Eq)]
pub struct FileHash(Box<[u8]>);

impl FileHash {
    /// Checks a hash.
    ///
    /// # Errors
    /// [`TransferError::HashLength`]
    pub fn new(bytes: &[u8]) -> Result<Self, TransferError> {
        if (16..=FILE_HASH_BYTES).contains(&bytes.len()) {
            return Ok(Self(bytes.into()));
        }
        Err(TransferError::HashLength(bytes.len()))
    }

    /// Reads hexadecimal digits of either case.
    ///
    /// # Errors
    /// [`TransferError::HashNotHex`] or [`TransferError::HashLength`].
    pub fn from_hex(text: &str) -> Result<Self, TransferError> {
        Self::new(&bytes_of_hex(text)?)
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileHash({} bytes)", self.0.len())
    }
}

/// Reads bytes from hexadecimal digits of either case.
///
/// # Errors
/// [`TransferError::HashNotHex`]
pub fn bytes_of_hex(text: &str) -> Result<Vec<u8>, TransferError> {
    let digit = |byte: u8| {
        let value = char::from(byte)
            .to_digit(16)
            .and_then(|value| u8::try_from(value).ok());
        value.ok_or(TransferError::HashNotHex)
    };
    let pairs = text.as_bytes().chunks(2);
    let bytes = pairs.map(|pair| match pair {
        [high, low] => Ok(digit(*high)? << 4 | digit(*low)?),
        _ => Err(TransferError::HashNotHex),
    });
    bytes.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_no_paths() {
        assert_eq!(FileName::new("").unwrap_err(), TransferError::NameLength(0));
        let long = "é".repeat(1_025);
        assert_eq!(
            FileName::new(&long).unwrap_err(),
            TransferError::NameLength(1_025)
        );
        assert!(FileName::new(&"é".repeat(1_024)).is_ok());
        assert_eq!(FileName::new(" \u{3000}").unwrap_err(), TransferError::NameBlank);
        for name in ["a/b", "a\\b", "a\0b", ".", "..", "/", "../x"] {
            assert_eq!(
                FileName::new(name).unwrap_err(),
                TransferError::NameIsPath,
                "{name:?}"
            );
        }
        for name in ["a.txt", ".hidden", "...", "größe.jpg", "a\nb"] {
            assert_eq!(FileName::new(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn sizes_and_hashes_have_bounds() {
        assert_eq!(FileSize::new(-1).unwrap_err(), TransferError::SizeOutOfRange(-1));
        assert_eq!(FileSize::new(i64::MAX).unwrap().get(), i64::MAX);
        assert!(FileSize::new(u64::MAX).is_err() && FileSize::new(0).is_ok());
        for (length, is_one) in [(15, false), (16, true), (32, true), (64, true), (65, false)] {
            assert_eq!(FileHash::new(&vec![7; length]).is_ok(), is_one, "{length}");
        }
        assert_eq!(FileHash::from_hex("xy").unwrap_err(), TransferError::HashNotHex);
        assert_eq!(FileHash::from_hex("abc").unwrap_err(), TransferError::HashNotHex);
        assert_eq!(FileHash::from_hex("é").unwrap_err(), TransferError::HashNotHex);
        assert_eq!(FileHash::from_hex("").unwrap_err(), TransferError::HashLength(0));
        let hash = FileHash::from_hex("00ffAAbbccddeeff0011223344556677").unwrap();
        assert_eq!(hash.as_bytes().get(..3).unwrap(), [0, 0xff, 0xaa]);
    }

    #[test]
    fn another_applications_size_is_never_below_0() {
        assert_eq!([-1, 0, 7].map(|size| FileSize::kept(size).get()), [0, 0, 7]);
    }

    #[test]
    fn debug_shows_no_name_and_no_hash() {
        let (name, hash) = (FileName::new("a.txt").unwrap(), FileHash::new(&[7; 16]).unwrap());
        assert_eq!(
            format!("{name:?} {hash:?}"),
            "FileName(«redacted») FileHash(16 bytes)"
        );
    }

    proptest! {
        #[test]
        fn a_name_that_is_taken_stays_in_its_folder(name in "\\PC{0,20}|[./\\\\a ]{0,6}") {
            if let Ok(kept) = FileName::new(&name) {
                let path = std::path::Path::new("folder").join(kept.as_str());
                prop_assert_eq!(path.parent(), Some(std::path::Path::new("folder")));
                prop_assert_eq!(kept.as_str(), name);
            }
        }

        #[test]
        fn hexadecimal_comes_back(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            prop_assert_eq!(bytes_of_hex(&text).unwrap(), bytes.clone());
            prop_assert_eq!(bytes_of_hex(&text.to_uppercase()).unwrap(), bytes);
        }
    }
}
