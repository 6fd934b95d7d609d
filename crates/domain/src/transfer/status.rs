//! `file_transfers.status`, and what it may become.

use std::fmt;

use serde::{Serialize, Serializer};

/// `file_transfers.status`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TransferStatus {
    /// Offered, and not begun.
    Pending,
    /// Under way.
    Active,
    /// Stopped for a while.
    Paused,
    /// The file has come over whole.
    Completed,
    /// It broke off; it may be tried again.
    Failed,
    /// Given up.
    Cancelled,
}

impl TransferStatus {
    /// Every status.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Active,
        Self::Paused,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The value in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// What it may become: the one table of steps.
    #[must_use]
    pub const fn steps(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::Active, Self::Cancelled],
            Self::Active => &[Self::Paused, Self::Completed, Self::Failed, Self::Cancelled],
            Self::Paused => &[Self::Active, Self::Completed, Self::Failed, Self::Cancelled],
            Self::Failed => &[Self::Pending],
            Self::Completed | Self::Cancelled => &[],
        }
    }
}

impl fmt::Display for TransferStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for TransferStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
