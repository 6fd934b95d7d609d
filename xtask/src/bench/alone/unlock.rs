//! Unlocking with a password, and the KDF's share of it.

use std::time::Instant;

use anyhow::Result;

use super::report::{Name, Report};
use crate::bench::ours::Ours;
use crate::bench::side::Side;
use crate::bench::timing::median;

pub(super) const NAMES: &[Name] = &[
    ("unlock", "ms", "Store::unlock, a KDF of the default cost; median"),
    (
        "kdf",
        "ms",
        "Store::unlock_keys, only the KDF of the same vault; median",
    ),
];

/// Unlocks of each kind.
const ROUNDS: usize = 9;

/// Measures both in turn, so that a machine that slows down affects both.
pub(super) fn measure(ours: &mut Ours, report: &mut Report) -> Result<()> {
    ours.close()?;
    let (mut unlock, mut kdf) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        ours.unlock()?;
        unlock.push(begun.elapsed().as_secs_f64() * 1e3);
        ours.close()?;
        let begun = Instant::now();
        let keys = ours.unlock_keys()?;
        kdf.push(begun.elapsed().as_secs_f64() * 1e3);
        drop(keys);
    }
    ours.open(None)?;
    report.add(&[("unlock", median(&unlock)), ("kdf", median(&kdf))]);
    Ok(())
}
