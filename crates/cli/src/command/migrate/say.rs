//! Lines with text from a vault's ledger.

use crate::failure::Failure;
use crate::output;
use crate::text::one_line;

/// Prints a line. Parts of it may come from a newer build, or from somebody who altered the ledger.
pub(super) fn say(text: &str) -> Result<(), Failure> {
    output::line(&one_line(text, 1_000))
}
