//! What is wrong with a copy of the key ring that cannot be used.

use std::path::PathBuf;

use privatus_crypto::KeyRingError;

use super::SystemFault;
use crate::folder::Strange;

/// A copy of the key ring that cannot be used.
#[derive(Debug)]
pub struct UnusableRing {
    /// Where it is.
    pub file: PathBuf,
    /// What is wrong with it.
    pub fault: RingFault,
}

/// What is wrong with a copy of the key ring; the text follows the file's name.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RingFault {
    /// There is no file.
    #[error("is missing")]
    Missing,
    /// The file is empty.
    #[error("is empty")]
    Empty,
    /// It is not a regular file of the vault.
    #[error("{0}")]
    Strange(Strange),
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Unread(SystemFault),
    /// The file can be read, but it is not a usable key ring.
    #[error("{}", in_words(.0))]
    Damaged(#[source] KeyRingError),
}

/// Describes a format error without the advice, which does not fit where there is a second copy.
fn in_words(error: &KeyRingError) -> String {
    match error {
        KeyRingError::NotAKeyRing => "is not a key ring".to_owned(),
        KeyRingError::Damaged => "is damaged".to_owned(),
        other => format!("cannot be used: {other}"),
    }
}

/// Lists the copies, each with its fault.
pub(super) fn listed(copies: &[UnusableRing]) -> String {
    let told = copies
        .iter()
        .map(|copy| format!("{} {}", copy.file.display(), copy.fault));
    told.collect::<Vec<_>>().join("; ")
}
