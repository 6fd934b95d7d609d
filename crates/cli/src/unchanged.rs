//! Remembers whether a command found nothing to change.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether this command found nothing to change.
static IS_UNCHANGED: AtomicBool = AtomicBool::new(false);

/// Notes that there was nothing to change, which matters if the output cannot be written.
pub(crate) fn nothing_changed() {
    IS_UNCHANGED.store(true, Ordering::Relaxed);
}

/// Whether there was nothing to change.
pub(crate) fn is_unchanged() -> bool {
    IS_UNCHANGED.load(Ordering::Relaxed)
}
