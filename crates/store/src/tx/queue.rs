//! What must be recorded but has no write transaction of its own: the unlock itself, and what reads were refused. The
//! next write records it, or else the closing of the store (docs/adr/0018).

use std::sync::{Mutex, PoisonError};

use privatus_domain::{NewAuditEntry, NewSecurityEvent};

/// The limit for each kind, so that a user who is refused in a loop does not fill the memory.
const MOST: usize = 100;

/// What is queued.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    pub(crate) entries: Vec<NewAuditEntry>,
    pub(crate) events: Vec<NewSecurityEvent>,
}

impl Waiting {
    /// Appends what was queued later.
    pub(crate) fn append(&mut self, mut later: Self) {
        self.entries.append(&mut later.entries);
        self.events.append(&mut later.events);
    }
}

/// The queue of a store.
#[derive(Debug, Default)]
pub(crate) struct Pending(Mutex<Waiting>);

impl Pending {
    pub(crate) fn entry(&self, entry: NewAuditEntry) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.entries.len() < MOST {
            waiting.entries.push(entry);
        }
    }

    pub(crate) fn event(&self, event: NewSecurityEvent) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.events.len() < MOST {
            waiting.events.push(event);
        }
    }

    /// Takes everything; `None` if there is nothing.
    pub(crate) fn take(&self) -> Option<Waiting> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let has_some = !waiting.entries.is_empty() || !waiting.events.is_empty();
        has_some.then(|| std::mem::take(&mut *waiting))
    }

    /// Returns whether a refusal has not been recorded yet.
    pub(crate) fn has_refusals(&self) -> bool {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.entries.iter().any(|entry| !entry.success)
    }

    pub(crate) fn is_empty(&self) -> bool {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.entries.is_empty() && waiting.events.is_empty()
    }

    /// Puts back what could not be committed, before what was queued in the meantime.
    pub(crate) fn put_back(&self, mut earlier: Waiting) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        earlier.append(std::mem::take(&mut *waiting));
        *waiting = earlier;
    }
}
