//! File transfers: which file is exchanged with whom, and its progress.

mod error;
mod file;
mod state;
mod status;

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

pub use self::error::TransferError;
pub use self::file::{FileHash, FileName, FileSize, bytes_of_hex};
pub use self::state::TransferState;
pub use self::status::TransferStatus;
use crate::id::{ContactId, GroupId, TransferId};
use crate::limits::{FILE_HASH_BYTES, FILE_NAME_CHARS, TRANSFER_ERROR_CHARS};
use crate::time::Timestamp;

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

/// The other side of a transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferPeer {
    /// A contact.
    Contact(ContactId),
    /// A group.
    Group(GroupId),
}

/// A transfer to offer.
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
    /// Its direction.
    pub direction: TransferDirection,
    /// The other side.
    pub peer: TransferPeer,
}

/// A transfer as read.
#[derive(Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Its id.
    pub id: TransferId,
    /// The file's name as stored. One from another application may be a path, so save under [`Transfer::plain_name`].
    pub file_name: String,
    /// Its size.
    pub size: FileSize,
    /// Its hash as stored; one from another application may have any length.
    pub hash: Vec<u8>,
    /// Its direction.
    pub direction: TransferDirection,
    /// The contact, until it is removed.
    pub contact: Option<ContactId>,
    /// The group, until it is removed.
    pub group: Option<GroupId>,
    /// Its status and progress.
    pub state: TransferState,
    /// When it was offered.
    pub created_at: Timestamp,
    /// When it was completed.
    pub completed_at: Option<Timestamp>,
    /// Why the last attempt failed.
    pub error: Option<String>,
}

impl Transfer {
    /// The name under which the file can be saved safely.
    ///
    /// # Errors
    /// [`TransferError`] if the stored name is not a file name, such as another application's path.
    pub fn plain_name(&self) -> Result<FileName, TransferError> {
        FileName::new(&self.file_name)
    }

    /// Checks a transfer from an export. Data that another application wrote may break the rules for new transfers,
    /// but it must stay within their limits, and no name may be a path.
    ///
    /// # Errors
    /// [`TransferError`] names the limit.
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

/// A filter for transfers; a transfer must match every field that is set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TransferFilter {
    /// With this status.
    pub status: Option<TransferStatus>,
    /// With this contact or group.
    pub peer: Option<TransferPeer>,
}

/// Checks the reason why a transfer failed; only a failed transfer has one.
///
/// # Errors
/// [`TransferError`] names the rule.
pub fn check_transfer_reason(to: TransferStatus, reason: Option<&str>) -> Result<(), TransferError> {
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
    use super::*;

    #[test]
    fn only_a_failure_has_a_reason() {
        for status in TransferStatus::ALL {
            assert_eq!(check_transfer_reason(status, None), Ok(()));
            let is_failure = status == TransferStatus::Failed;
            assert_eq!(
                check_transfer_reason(status, Some("no route")).is_ok(),
                is_failure
            );
        }
        let long = "x".repeat(1_025);
        for reason in ["", &long] {
            assert!(check_transfer_reason(TransferStatus::Failed, Some(reason)).is_err());
        }
    }

    #[test]
    fn a_reason_may_be_as_long_as_the_limit() {
        let longest = "é".repeat(TRANSFER_ERROR_CHARS);
        assert_eq!(
            check_transfer_reason(TransferStatus::Failed, Some(&longest)),
            Ok(())
        );
    }

    #[test]
    fn each_direction_is_read_back() {
        for (direction, word) in [
            (TransferDirection::Inbound, "inbound"),
            (TransferDirection::Outbound, "outbound"),
        ] {
            assert_eq!(
                (word.parse(), direction.to_string()),
                (Ok(direction), word.to_owned())
            );
        }
        assert_eq!(
            "in".parse::<TransferDirection>(),
            Err(TransferError::UnknownDirection("in".into()))
        );
    }

    #[test]
    fn what_is_kept_has_bounds() {
        let offered = Transfer {
            id: "t".parse().unwrap(),
            file_name: "é".repeat(FILE_NAME_CHARS),
            size: FileSize::kept(1),
            hash: vec![1; FILE_HASH_BYTES],
            direction: TransferDirection::Inbound,
            contact: None,
            group: None,
            state: TransferState::OFFERED,
            created_at: Timestamp::MIN,
            completed_at: None,
            error: Some("é".repeat(TRANSFER_ERROR_CHARS)),
        };
        let with = |change: &dyn Fn(&mut Transfer)| {
            let mut changed = offered.clone();
            change(&mut changed);
            changed.check_kept()
        };
        assert_eq!(with(&|_| ()), Ok(()));
        assert_eq!(with(&|one| one.error = None), Ok(()));
        // These break only the rules for new transfers.
        assert_eq!(
            with(&|one| (one.hash, one.file_name) = (vec![], String::new())),
            Ok(())
        );
        assert_eq!(
            with(&|one| one.file_name.push('a')),
            Err(TransferError::NameLength(FILE_NAME_CHARS + 1))
        );
        assert_eq!(
            with(&|one| one.file_name = "a/b".into()),
            Err(TransferError::NameIsPath)
        );
        assert_eq!(
            with(&|one| one.hash.push(1)),
            Err(TransferError::HashLength(FILE_HASH_BYTES + 1))
        );
        assert_eq!(
            with(&|one| one.error = Some("é".repeat(TRANSFER_ERROR_CHARS + 1))),
            Err(TransferError::ReasonLength(TRANSFER_ERROR_CHARS + 1))
        );
        assert!(format!("{offered:?}").starts_with("Transfer(t, TransferState"));
    }
}
