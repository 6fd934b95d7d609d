//! Arguments from a closed set of words.

use clap::builder::PossibleValuesParser;

/// Accepts one word of a closed set: the help lists the words, shells complete them, and any other exits with 2.
pub(super) fn one_of<const N: usize>(words: [&'static str; N]) -> PossibleValuesParser {
    PossibleValuesParser::new(words)
}
