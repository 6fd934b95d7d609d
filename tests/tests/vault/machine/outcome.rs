//! What became of a step, as far as the model has to foresee it.

use privatus_store::StoreError;

/// Done, or why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    /// A rule forbids it.
    Refused,
    /// What it names is not there.
    NotFound,
    /// The user has no grant for it.
    Denied,
    /// Given up by the caller after it was done.
    Stopped,
}

impl Outcome {
    /// The outcome of a transaction; every other failure ends the story.
    pub(crate) fn of(result: Result<(), StoreError>) -> Self {
        match result {
            Ok(()) => Self::Done,
            Err(error) if error.broken_rule().is_some() => Self::Refused,
            Err(StoreError::NotFound(_)) => Self::NotFound,
            Err(StoreError::AccessDenied { .. }) => Self::Denied,
            Err(StoreError::Interrupted) => Self::Stopped,
            Err(other) => panic!("the store failed: {other}"),
        }
    }
}
