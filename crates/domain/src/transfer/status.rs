//! `file_transfers.status`, and its allowed changes.

use std::fmt;

use serde::{Serialize, Serializer};

/// `file_transfers.status`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TransferStatus {
    /// Offered, not started.
    Pending,
    /// In progress.
    Active,
    /// Paused.
    Paused,
    /// The whole file was transferred.
    Completed,
    /// The transfer failed; it can be tried again.
    Failed,
    /// Cancelled.
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

    /// The statuses that can follow this one. This is the only table of steps.
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
