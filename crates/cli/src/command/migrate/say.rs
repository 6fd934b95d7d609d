//! Lines that hold what a vault says of itself.

use crate::failure::Failure;
use crate::output;
use crate::text::one_line;

/// A line on standard output; a newer build, or whoever altered a ledger, wrote parts of it.
pub(super) fn say(text: &str) -> Result<(), Failure> {
    output::line(&one_line(text, 1_000))
}
