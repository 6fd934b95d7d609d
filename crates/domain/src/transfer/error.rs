//! Why a transfer, or a change of its status, was refused.

use super::status::TransferStatus;

/// Why a transfer, or a change of its status, was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// The status is not one of [`TransferStatus::ALL`].
    #[error("unknown transfer status {0:?}; use pending, active, paused, completed, failed or cancelled")]
    UnknownStatus(String),
    /// The direction is not one of the two.
    #[error("unknown transfer direction {0:?}; use inbound or outbound")]
    UnknownDirection(String),
    /// The table of steps does not contain this step.
    #[error("a transfer that is {from} cannot become {to}; {may}", may = may_become(*.from))]
    ForbiddenStep {
        /// The current status.
        from: TransferStatus,
        /// The new status.
        to: TransferStatus,
    },
    /// Progress must be a percentage.
    #[error("progress must be between 0 and 99 percent, got {0}; `completed` means 100")]
    ProgressOutOfRange(i64),
    /// Progress cannot decrease; only a new attempt begins at 0 again.
    #[error("progress is at {from} percent and cannot go back to {to} within one attempt")]
    ProgressBackwards {
        /// The current progress.
        from: u8,
        /// The new progress.
        to: u8,
    },
    /// Only a completed transfer has 100 percent.
    #[error("progress ends at 99 percent; set the transfer to completed to reach 100")]
    ProgressEnds,
    /// Only an active transfer makes progress.
    #[error("only an active transfer can make progress; this one is {0}")]
    NotActive(TransferStatus),
    /// The name does not have 1 to [`FILE_NAME_CHARS`](crate::limits::FILE_NAME_CHARS) characters.
    #[error("a file's name must have 1 to 1,024 characters, got {0}")]
    NameLength(usize),
    /// A name without a visible character cannot be distinguished from another.
    #[error("the file's name has no visible character")]
    NameBlank,
    /// A name must not lead into another folder when the file is saved.
    #[error("a file's name cannot be a path: it cannot contain /, \\ or NUL, or be . or ..")]
    NameIsPath,
    /// The size does not fit in 63 bits.
    #[error("a file's size must be between 0 and 9,223,372,036,854,775,807 bytes, got {0}")]
    SizeOutOfRange(i128),
    /// The hash is too short to distinguish files, or longer than any hash in use.
    #[error("a file's hash must have 16 to 64 bytes, got {0}")]
    HashLength(usize),
    /// The hash is not hexadecimal.
    #[error("a file's hash must be hexadecimal digits, two for each byte")]
    HashNotHex,
    /// The reason does not have 1 to [`TRANSFER_ERROR_CHARS`](crate::limits::TRANSFER_ERROR_CHARS) characters.
    #[error("the reason why a transfer failed must have 1 to 1,024 characters, got {0}")]
    ReasonLength(usize),
    /// Only a failed transfer can have a failure reason.
    #[error("only a failed transfer can have an error; this one is {0}")]
    ReasonWithoutFailure(TransferStatus),
}

fn may_become(from: TransferStatus) -> String {
    let steps: Vec<&str> = from.steps().iter().map(|step| step.as_str()).collect();
    match steps.as_slice() {
        [] => "that status is final".into(),
        [only] => format!("it can only become {only}"),
        [several @ .., last] => format!("it can only become {} or {last}", several.join(", ")),
    }
}
