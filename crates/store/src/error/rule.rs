//! The store's own rules: what an input breaks that no single value of the domain can know.

use std::path::PathBuf;

use privatus_domain::{Partition, StatisticError, TransferId};

/// A rule of the store that was broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rule {
    /// A vault numbers its conversations, up to this many.
    #[error("a vault holds {0} conversations")]
    Conversations(i64),
    /// A vault has this many months at most.
    #[error("the vault has {limit} months; {partition} would be one more")]
    Months {
        /// Months there may be.
        limit: usize,
        /// The month asked for.
        partition: Partition,
    },
    /// A conversation's row keys of one month are all taken.
    #[error("the conversation has no room left in {0}")]
    MonthFull(Partition),
    /// The caller kept a transaction after a message in it was refused.
    #[error("a message was refused half-way through a transaction, of which nothing is kept")]
    HalfDone,
    /// An id is given once.
    #[error("there is a transfer {0} already")]
    TransferExists(TransferId),
    /// A head of the audit log is compared with an entry that is still there.
    #[error(
        "the head {head} cannot be compared: retention removed the entries up to {removed}; name a newer head"
    )]
    HeadRemoved {
        /// The head's entry.
        head: i64,
        /// The last entry that retention removed.
        removed: i64,
    },
    /// An export that could not be read back is none.
    #[error("a {kind} is longer than {most} bytes as a line of an export; make it smaller and export again")]
    RecordTooLong {
        /// The type of the record.
        kind: String,
        /// Bytes that a line may have.
        most: u64,
    },
    /// A figure of another source is none that a store counts.
    #[error("{0}")]
    Statistic(#[from] StatisticError),
    /// A check of a column that no check before it names better.
    #[error("a rule of the database forbids it ({0})")]
    Constraint(String),
    /// SQLite takes names in UTF-8 alone.
    #[error("the path {} is not UTF-8; give the vault another name", .0.display())]
    PathNotUtf8(PathBuf),
    /// A vault is made in a folder of its own.
    #[error("{} is not empty: it holds {holds}; name a new or an empty folder", folder.display())]
    FolderNotEmpty {
        /// The folder.
        folder: PathBuf,
        /// The first thing found in it.
        holds: String,
    },
    /// A key is being replaced. Nothing is damaged, and a backup would not help.
    #[error("a key rotation is pending, and this build cannot finish it; use the build that began it")]
    RotationPending,
    /// A step of the schema has no way back.
    #[error("migration {step} cannot be taken back: {reason}; nothing was changed")]
    NoWayBack {
        /// The step.
        step: String,
        /// Why.
        reason: String,
    },
}
