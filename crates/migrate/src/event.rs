//! Progress events of a run: for a progress bar, and for tests that stop it at every possible point.

use std::path::Path;

/// Something that just happened, or is about to. Nothing of a step is permanent before [`Committed`](Self::Committed).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A copy of the database is about to be written.
    SnapshotBegun {
        /// Its approximate size in bytes.
        bytes: u64,
    },
    /// The copy is complete and durable.
    SnapshotDone {
        /// Its path.
        path: &'a Path,
        /// Its size in bytes.
        bytes: u64,
    },
    /// A step's transaction has begun.
    Begun {
        /// The step's folder.
        step: &'a str,
        /// Earlier steps in this run.
        done: usize,
        /// Total steps in this run.
        of: usize,
        /// Messages in the vault.
        messages: u64,
    },
    /// A statement of the step was executed.
    Statement {
        /// The step's folder.
        step: &'a str,
    },
    /// A month's table is done.
    Partition {
        /// Months finished.
        done: usize,
        /// Total months.
        of: usize,
    },
    /// The step is completely written and checked; its COMMIT comes next.
    Committing {
        /// The step's folder.
        step: &'a str,
    },
    /// The step is committed.
    Committed {
        /// The step's folder.
        step: &'a str,
    },
}
