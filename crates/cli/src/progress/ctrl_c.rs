//! Ctrl-C: what is at work ends in order, and a prompt or a second one ends the process at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// One for the process: a command has several parts that ask, and there is one handler.
struct Flags {
    /// For a command that looks at it between its steps.
    work: Arc<AtomicBool>,
    is_work: AtomicBool,
    /// For an open and a change of the schema: the store looks at it, and goes on doing so.
    open: Arc<AtomicBool>,
    is_open: AtomicBool,
}

fn flags() -> &'static Flags {
    static FLAGS: OnceLock<Flags> = OnceLock::new();
    FLAGS.get_or_init(|| {
        // Where no handler can be set, Ctrl-C ends the process, and whole transactions stay as well.
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
            reason = "asked for twice, or nobody looks: at once, whatever is open"
        )]
        std::process::exit(130);
    }
}

/// Set by Ctrl-C from now on; a second one ends the process at once.
pub(crate) fn interrupted() -> Arc<AtomicBool> {
    let flags = flags();
    flags.is_work.store(true, Ordering::SeqCst);
    Arc::clone(&flags.work)
}

/// The same while a vault is opened or its schema changed, and not at a prompt before or after.
pub(super) fn while_open<T>(work: impl FnOnce(Arc<AtomicBool>) -> T) -> T {
    let flags = flags();
    flags.is_open.store(true, Ordering::SeqCst);
    let done = work(Arc::clone(&flags.open));
    flags.is_open.store(false, Ordering::SeqCst);
    done
}
