//! What a run tells while it goes on: for a progress bar, and for a test that stops it at every place there is.

use std::path::Path;

/// Something that just happened, or is about to. Nothing of a step is kept before [`Committed`](Self::Committed).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A copy of the database is about to be written.
    SnapshotBegun {
        /// About how many bytes it will have.
        bytes: u64,
    },
    /// The copy is whole and durable.
    SnapshotDone {
        /// Where it is.
        path: &'a Path,
        /// Its size.
        bytes: u64,
    },
    /// A step's transaction has begun.
    Begun {
        /// The step's folder.
        step: &'a str,
        /// Steps before it in this run.
        done: usize,
        /// Steps of this run.
        of: usize,
        /// Messages of the vault.
        messages: u64,
    },
    /// A statement of the step was run.
    Statement {
        /// The step's folder.
        step: &'a str,
    },
    /// A month's table is done.
    Partition {
        /// Months done.
        done: usize,
        /// Months that stand.
        of: usize,
    },
    /// Everything of the step is written and checked; its COMMIT comes next.
    Committing {
        /// The step's folder.
        step: &'a str,
    },
    /// The step is kept.
    Committed {
        /// The step's folder.
        step: &'a str,
    },
}
