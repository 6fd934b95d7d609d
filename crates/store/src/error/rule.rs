//! The store's own rules, which no single value of the domain can check.

use std::path::PathBuf;

use privatus_domain::{Partition, StatisticError, TransferId};

/// A rule of the store that was broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rule {
    /// The vault has the most conversations that it can number.
    #[error("the vault already has {0} conversations, the most it can hold")]
    Conversations(i64),
    /// The vault has the most months that it can have.
    #[error("the vault already has {limit} months, the most it can hold; {partition} cannot be added")]
    Months {
        /// How many months a vault can have.
        limit: usize,
        /// The month that would be one too many.
        partition: Partition,
    },
    /// A conversation's row keys of one month are all taken.
    #[error("the conversation has no room left in {0}")]
    MonthFull(Partition),
    /// The caller tried to commit a transaction after a message in it was refused.
    #[error("a message was refused halfway through the transaction; none of it was kept")]
    HalfDone,
    /// A transfer with this id already exists.
    #[error("transfer {0} already exists")]
    TransferExists(TransferId),
    /// The audit entry that a head names was removed, so the head cannot be compared.
    #[error(
        "the head {head} cannot be compared: retention removed the entries up to {removed}; name a newer head"
    )]
    HeadRemoved {
        /// The head's entry.
        head: i64,
        /// The last entry that retention removed.
        removed: i64,
    },
    /// A record is too long for a line of an export, so an import could not read it back.
    #[error("a {kind} takes more than {most} bytes as a line of an export; make it smaller and export again")]
    RecordTooLong {
        /// The type of the record.
        kind: String,
        /// How many bytes a line may have.
        most: u64,
    },
    /// A statistic from another source is not one that a store counts.
    #[error("{0}")]
    Statistic(#[from] StatisticError),
    /// A column's check fails that no earlier check of the store reports better.
    #[error("a rule of the database forbids this ({0})")]
    Constraint(String),
    /// SQLite only accepts paths in UTF-8.
    #[error("the path {} is not UTF-8; give the vault another name", .0.display())]
    PathNotUtf8(PathBuf),
    /// A vault can only be created in a new or an empty folder.
    #[error("{} is not empty: it contains {holds}; name a new or an empty folder", folder.display())]
    FolderNotEmpty {
        /// The folder.
        folder: PathBuf,
        /// The first thing found in it.
        holds: String,
    },
    /// A key is being replaced. Nothing is damaged, so a backup would not help.
    #[error("a key rotation is pending, and this build cannot finish it; use the build that began it")]
    RotationPending,
    /// A migration cannot be undone.
    #[error("migration {step} cannot be undone: {reason}; nothing was changed")]
    NoWayBack {
        /// The migration.
        step: String,
        /// Why it cannot be undone.
        reason: String,
    },
}
