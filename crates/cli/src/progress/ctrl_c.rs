//! Ctrl-C: work in progress ends in order; at a prompt, or when pressed again, it ends the process at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// The flags of the process: several parts of a command check them, but there is only one handler.
struct Flags {
    /// Checked by a command between its steps.
    work: Arc<AtomicBool>,
    is_work: AtomicBool,
    /// Checked by the store while it opens a vault or changes its schema, and afterwards too.
    open: Arc<AtomicBool>,
    is_open: AtomicBool,
}

fn flags() -> &'static Flags {
    static FLAGS: OnceLock<Flags> = OnceLock::new();
    FLAGS.get_or_init(|| {
        // Without a handler Ctrl-C ends the process; complete transactions are kept then too.
        let _ = ctrlc::set_handler(|| pressed(flags()));
        Flags {
            work: Arc::default(),
            is_work: AtomicBool::new(false),
            open: Arc::default(),
            is_open: AtomicBool::new(false),
        }
    })
}

fn pressed(flags: &Flags) {
    let is_open = flags.is_open.load(Ordering::SeqCst);
    let is_work = flags.is_work.load(Ordering::SeqCst);
    let was_asked = (is_open && flags.open.swap(true, Ordering::SeqCst))
        | (is_work && flags.work.swap(true, Ordering::SeqCst));
    if was_asked || !(is_open || is_work) {
        #[allow(
            clippy::disallowed_methods,
            reason = "pressed twice, or nothing checks the flags: end at once, whatever is open"
        )]
        std::process::exit(130);
    }
}

/// Returns a flag that Ctrl-C sets from now on; a second Ctrl-C ends the process at once.
pub(crate) fn interrupted() -> Arc<AtomicBool> {
    let flags = flags();
    flags.is_work.store(true, Ordering::SeqCst);
    Arc::clone(&flags.work)
}

/// Passes such a flag to `work`, which opens a vault or changes its schema; it has no effect on prompts before or after.
pub(super) fn while_open<T>(work: impl FnOnce(Arc<AtomicBool>) -> T) -> T {
    let flags = flags();
    flags.is_open.store(true, Ordering::SeqCst);
    let done = work(Arc::clone(&flags.open));
    flags.is_open.store(false, Ordering::SeqCst);
    done
}
