//! Words out of closed sets.

use clap::builder::PossibleValuesParser;

/// A word out of a closed set: the help lists them, shells complete them, and any other is a wrong command line (2).
pub(super) fn one_of<const N: usize>(words: [&'static str; N]) -> PossibleValuesParser {
    PossibleValuesParser::new(words)
}
