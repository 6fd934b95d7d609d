//! Notes and warnings on standard error, next to a command's result.

use crate::text::one_line;

/// Prints a warning on standard error.
pub(crate) fn warn(text: &str) {
    note(&format!("warning: {text}"));
}

/// Prints a note on standard error.
pub(crate) fn note(text: &str) {
    note_within(text, 1_000);
}

/// Prints a note whose end must not be cut off; its parts are already short.
pub(crate) fn note_whole(text: &str) {
    note_within(text, 10_000);
}

fn note_within(text: &str, columns: usize) {
    // If standard error is closed, nothing more can be done.
    let _ = std::io::Write::write_fmt(
        &mut std::io::stderr(),
        format_args!("privatus: {}\n", one_line(text, columns)),
    );
}
