//! Limits of a password's iterations. Separate from `kdf` because errors refer to them.

/// The minimum.
pub(crate) const FLOOR: u32 = 210_000;
/// The minimum when the number is chosen by the machine's speed.
pub(crate) const CHOSEN_LEAST: u32 = 256_000;
/// The maximum.
pub(crate) const CEILING: u32 = 100_000_000;
