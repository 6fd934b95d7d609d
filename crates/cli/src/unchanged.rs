//! Whether a command that changes something found nothing to change.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether this command, which changes something, found nothing to change.
static IS_UNCHANGED: AtomicBool = AtomicBool::new(false);

/// Notes that there was nothing to change, for what is said where the output cannot be written.
pub(crate) fn nothing_changed() {
    IS_UNCHANGED.store(true, Ordering::Relaxed);
}

/// Whether there was nothing to change.
pub(crate) fn is_unchanged() -> bool {
    IS_UNCHANGED.load(Ordering::Relaxed)
}
