//! Why a transfer, or a step of one, was refused.

use super::status::TransferStatus;

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
    /// A name has 1 to [`FILE_NAME_CHARS`](crate::limits::FILE_NAME_CHARS) characters.
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
    /// A reason has 1 to [`TRANSFER_ERROR_CHARS`](crate::limits::TRANSFER_ERROR_CHARS) characters.
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
