//! The limits of a password's iterations. Apart from the costs, since errors name them.

/// The least.
pub(crate) const FLOOR: u32 = 210_000;
/// The least of those that are chosen by the machine's speed.
pub(crate) const CHOSEN_LEAST: u32 = 256_000;
/// The most.
pub(crate) const CEILING: u32 = 100_000_000;
