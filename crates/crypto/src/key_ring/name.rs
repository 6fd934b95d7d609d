//! Texts of a key ring that are shown to people.

/// The longest kind, KDF name or time, in bytes.
const MAX_NAME: usize = 64;

/// Kinds, KDF names and times are shown to people, so they must be short, printable ASCII.
pub(super) fn is_name(text: &str) -> bool {
    (1..=MAX_NAME).contains(&text.len()) && text.bytes().all(|b| (b' '..=b'~').contains(&b))
}
