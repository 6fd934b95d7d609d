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

/// What is wrong with a copy of the key ring, in words that follow its name.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RingFault {
    /// Nothing stands there.
    #[error("is missing")]
    Missing,
    /// A file of no bytes.
    #[error("is empty")]
    Empty,
    /// No file of the vault's own.
    #[error("{0}")]
    Strange(Strange),
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Unread(SystemFault),
    /// It is a file, and no key ring that can be used.
    #[error("{}", in_words(.0))]
    Damaged(#[source] KeyRingError),
}

/// An error of the format, without what helps where there is a second copy.
fn in_words(error: &KeyRingError) -> String {
    match error {
        KeyRingError::NotAKeyRing => "is no key ring".to_owned(),
        KeyRingError::Damaged => "is damaged".to_owned(),
        other => format!("cannot be used: {other}"),
    }
}

/// The copies with what is wrong with each.
pub(super) fn listed(copies: &[UnusableRing]) -> String {
    let told = copies
        .iter()
        .map(|copy| format!("{} {}", copy.file.display(), copy.fault));
    told.collect::<Vec<_>>().join("; ")
}
