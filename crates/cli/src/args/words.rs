//! Arguments from a closed set of words, and numbers within limits.

use std::error::Error;

use clap::builder::PossibleValuesParser;

use crate::text::grouped;

/// Accepts one word of a closed set: the help lists the words, shells complete them, and any other exits with 2.
pub(super) fn one_of<const N: usize>(words: [&'static str; N]) -> PossibleValuesParser {
    PossibleValuesParser::new(words)
}

/// Accepts a whole number from `LEAST` to `MOST`.
pub(super) fn between<const LEAST: u16, const MOST: u16>(
    text: &str,
) -> Result<u16, Box<dyn Error + Send + Sync>> {
    let number: i128 = text.parse()?;
    let is_within = (i128::from(LEAST)..=i128::from(MOST)).contains(&number);
    match u16::try_from(number) {
        Ok(number) if is_within => Ok(number),
        _ => Err(format!("must be between {LEAST} and {}", grouped(u64::from(MOST))).into()),
    }
}
