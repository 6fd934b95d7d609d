//! What is said beside a result, on standard error.

use crate::text::one_line;

/// A word about something that is no failure, on standard error.
pub(crate) fn warn(text: &str) {
    note(&format!("warning: {text}"));
}

/// A line on standard error.
pub(crate) fn note(text: &str) {
    note_within(text, 1_000);
}

/// A line of which no end may be missing: its parts are cut already.
pub(crate) fn note_whole(text: &str) {
    note_within(text, 10_000);
}

fn note_within(text: &str, columns: usize) {
    // With standard error closed there is nobody left to tell.
    let _ = std::io::Write::write_fmt(
        &mut std::io::stderr(),
        format_args!("privatus: {}\n", one_line(text, columns)),
    );
}
