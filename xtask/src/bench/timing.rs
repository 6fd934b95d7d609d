//! How steady the machine is, and the median of some figures.

use std::time::{Duration, Instant};

/// Times the same arithmetic each time it is called.
pub(super) fn calibrate() -> Duration {
    let begun = Instant::now();
    let mut state = 1_u64;
    for _ in 0..20_000_000 {
        state = std::hint::black_box(state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1));
    }
    std::hint::black_box(state);
    begun.elapsed()
}

/// Returns the median of some figures.
pub(super) fn median(figures: &[f64]) -> f64 {
    let mut figures = figures.to_vec();
    figures.sort_by(f64::total_cmp);
    let at = |index: usize| figures.get(index).copied().unwrap_or(f64::NAN);
    let (low, high) = (figures.len().saturating_sub(1) / 2, figures.len() / 2);
    at(low).midpoint(at(high))
}
