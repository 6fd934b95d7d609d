//! What became of a step, as far as the model has to foresee it.

use privatus_store::StoreError;

/// Done, or why not: the exit codes of the tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    /// A rule forbids it (23).
    Refused,
    /// What it names is not there (24).
    NotFound,
    /// The user has no grant for it (28).
    Denied,
    /// Given up by the caller after it was done.
    Stopped,
}

impl Outcome {
    /// The outcome of a transaction; every other failure ends the story.
    pub(crate) fn of(result: Result<(), StoreError>) -> Self {
        match result {
            Ok(()) => Self::Done,
            Err(StoreError::Refused(_)) => Self::Refused,
            Err(StoreError::NotFound(_)) => Self::NotFound,
            Err(StoreError::AccessDenied { .. }) => Self::Denied,
            Err(StoreError::Interrupted) => Self::Stopped,
            Err(other) => panic!("the store failed: {other}"),
        }
    }
}
