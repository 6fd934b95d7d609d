//! File transfers: which file goes to whom or comes from whom, and how far it is.

mod state;

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

pub use self::state::{TransferState, TransferStatus};
use crate::id::{ContactId, GroupId, TransferId};
use crate::limits::{FILE_HASH_BYTES, FILE_NAME_CHARS, TRANSFER_ERROR_CHARS};
use crate::time::Timestamp;
use crate::visible::shows_nothing;

/// Why a transfer, or a step of one, was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// Not one of [`TransferStatus::ALL`].
    #[error("a transfer is pending, active, paused, completed, failed or cancelled, not {0:?}")]
    UnknownStatus(String),
    /// Not one of the two.
    #[error("a transfer is inbound or outbound, not {0:?}")]
    UnknownDirection(String),
    /// Not in the table of steps.
    #[error("a transfer that is {from} cannot become {to}; {may}", may = may_become(*.from))]
    ForbiddenStep {
        /// What it is.
        from: TransferStatus,
        /// What it was to become.
        to: TransferStatus,
    },
    /// Progress is a percentage.
    #[error("progress is 0 to 100 percent, not {0}")]
    ProgressOutOfRange(i64),
    /// Only a new attempt begins at 0 again.
    #[error("progress is at {from} and does not go back to {to} within one attempt")]
    ProgressBackwards {
        /// Where it is.
        from: u8,
        /// Where it was to go.
        to: u8,
    },
    /// 100 percent is what a completed transfer has.
    #[error("progress goes to 99; 100 comes when the transfer is set to completed")]
    ProgressEnds,
    /// Nothing comes over in another status.
    #[error("only an active transfer makes progress, and this one is {0}")]
    NotActive(TransferStatus),
    /// A name has 1 to [`FILE_NAME_CHARS`] characters.
    #[error("a file's name has 1 to 1,024 characters, not {0}")]
    NameLength(usize),
    /// A name of which nothing is seen cannot be told from another.
    #[error("a file's name has more than blanks")]
    NameBlank,
    /// Whoever saves the file must not be led to another folder.
    #[error("a file's name is no path: no /, \\ or NUL in it, and neither . nor ..")]
    NameIsPath,
    /// What 63 bits hold.
    #[error("a file has 0 to 9,223,372,036,854,775,807 bytes, not {0}")]
    SizeOutOfRange(i128),
    /// Too short to tell files apart, or longer than any hash in use.
    #[error("a file's hash has 16 to 64 bytes, not {0}")]
    HashLength(usize),
    /// Hashes are written in hexadecimal.
    #[error("a file's hash is written in hexadecimal digits, two for each byte")]
    HashNotHex,
    /// A reason has 1 to [`TRANSFER_ERROR_CHARS`] characters.
    #[error("why a transfer failed is told in 1 to 1,024 characters, not {0}")]
    ReasonLength(usize),
    /// Nothing went wrong with another.
    #[error("only a failed transfer has an error, not one that is {0}")]
    ReasonWithoutFailure(TransferStatus),
}

fn may_become(from: TransferStatus) -> String {
    let steps: Vec<&str> = from.steps().iter().map(|step| step.as_str()).collect();
    match steps.as_slice() {
        [] => "it is at its end".into(),
        [only] => format!("only {only}"),
        several => format!("only {}", several.join(", ")),
    }
}

/// `file_transfers.direction`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransferDirection {
    /// To this vault's user.
    Inbound,
    /// From this vault's user.
    Outbound,
}

impl TransferDirection {
    /// The value in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}

impl FromStr for TransferDirection {
    type Err = TransferError;

    fn from_str(text: &str) -> Result<Self, TransferError> {
        match text {
            "inbound" => Ok(Self::Inbound),
            "outbound" => Ok(Self::Outbound),
            other => Err(TransferError::UnknownDirection(other.to_owned())),
        }
    }
}

impl fmt::Display for TransferDirection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for TransferDirection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// With whom a file is exchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferPeer {
    /// A contact.
    Contact(ContactId),
    /// A group.
    Group(GroupId),
}

/// A file's name: 1 to 1,024 characters, one of them at least to be seen, and never a path.
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

    /// Whether a name leads to another folder than the one it is saved in.
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

/// A file's size in bytes, as far as 63 bits go.
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

    /// What stands in a vault: another application's size below 0 is 0.
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

/// A file's hash: BLAKE2b-256 where this build made it, another of 16 to 64 bytes where another client did.
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

/// Bytes written as hexadecimal digits of either case.
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

/// A transfer to be offered.
#[derive(Debug, Clone)]
pub struct NewTransfer {
    /// Its id.
    pub id: TransferId,
    /// The file's name.
    pub file_name: FileName,
    /// Its size.
    pub size: FileSize,
    /// Its hash.
    pub hash: FileHash,
    /// Which way it goes.
    pub direction: TransferDirection,
    /// With whom.
    pub peer: TransferPeer,
}

/// A transfer as it is read.
#[derive(Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Its id.
    pub id: TransferId,
    /// The file's name as it stands: another application's may be a path. Save under [`Transfer::plain_name`].
    pub file_name: String,
    /// Its size.
    pub size: FileSize,
    /// Its hash as it stands: another application's may have any length.
    pub hash: Vec<u8>,
    /// Which way it goes.
    pub direction: TransferDirection,
    /// The contact, until it is removed.
    pub contact: Option<ContactId>,
    /// The group, until it is removed.
    pub group: Option<GroupId>,
    /// How far it is.
    pub state: TransferState,
    /// When it was offered.
    pub created_at: Timestamp,
    /// When it was completed.
    pub completed_at: Option<Timestamp>,
    /// Why the last attempt failed.
    pub error: Option<String>,
}

impl Transfer {
    /// The name under which the file may be saved.
    ///
    /// # Errors
    /// [`TransferError`] for a name that is none, such as another application's path.
    pub fn plain_name(&self) -> Result<FileName, TransferError> {
        FileName::new(&self.file_name)
    }

    /// Checks what an export brings: what another application wrote may break the rules for new transfers, but nothing
    /// passes their bounds, and no name is a path.
    ///
    /// # Errors
    /// [`TransferError`] names the bound.
    pub fn check_kept(&self) -> Result<(), TransferError> {
        let chars = self.file_name.chars().count();
        if chars > FILE_NAME_CHARS {
            return Err(TransferError::NameLength(chars));
        }
        if FileName::is_path(&self.file_name) {
            return Err(TransferError::NameIsPath);
        }
        if self.hash.len() > FILE_HASH_BYTES {
            return Err(TransferError::HashLength(self.hash.len()));
        }
        match self.error.as_deref().map(|text| text.chars().count()) {
            Some(chars) if chars > TRANSFER_ERROR_CHARS => Err(TransferError::ReasonLength(chars)),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Transfer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transfer({}, {:?})", self.id, self.state)
    }
}

/// Which transfers are wanted; every part that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TransferFilter {
    /// Of this status.
    pub status: Option<TransferStatus>,
    /// With this contact or group.
    pub peer: Option<TransferPeer>,
}

/// Checks why a transfer failed; only one that fails has a reason.
///
/// # Errors
/// [`TransferError`] names the rule.
pub fn check_reason(to: TransferStatus, reason: Option<&str>) -> Result<(), TransferError> {
    let Some(reason) = reason else { return Ok(()) };
    if to != TransferStatus::Failed {
        return Err(TransferError::ReasonWithoutFailure(to));
    }
    let chars = reason.chars().count();
    if chars == 0 || chars > TRANSFER_ERROR_CHARS {
        return Err(TransferError::ReasonLength(chars));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
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
    fn only_a_failure_has_a_reason() {
        for status in TransferStatus::ALL {
            assert_eq!(check_reason(status, None), Ok(()));
            let is_failure = status == TransferStatus::Failed;
            assert_eq!(check_reason(status, Some("no route")).is_ok(), is_failure);
        }
        let long = "x".repeat(1_025);
        for reason in ["", &long] {
            assert!(check_reason(TransferStatus::Failed, Some(reason)).is_err());
        }
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
