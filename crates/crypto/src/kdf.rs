//! The cost of a password.

use std::time::Duration;

use zeroize::Zeroizing;

use crate::derive;
use crate::error::CryptoError;
use crate::kdf_limits;
use crate::processor_time::processor_time;

/// The iterations of PBKDF2-HMAC-SHA512 for one password slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KdfCost(u32);

impl KdfCost {
    /// The minimum that is accepted, when creating and when opening (OWASP's figure for SHA-512 when the format was
    /// designed).
    pub const FLOOR: u32 = kdf_limits::FLOOR;
    /// The minimum that is chosen by default: SQLCipher's default, above OWASP's current recommendation.
    const CHOSEN_LEAST: u32 = kdf_limits::CHOSEN_LEAST;
    /// The maximum that is accepted; a higher one could make opening hang.
    pub const CEILING: u32 = kdf_limits::CEILING;

    /// A cost of this many iterations.
    ///
    /// # Errors
    /// [`CryptoError::KdfCost`] outside [`Self::FLOOR`] ..= [`Self::CEILING`].
    pub fn new(iterations: u32) -> Result<Self, CryptoError> {
        if (Self::FLOOR..=Self::CEILING).contains(&iterations) {
            Ok(Self(iterations))
        } else {
            Err(CryptoError::KdfCost { iterations })
        }
    }

    /// The floor, for tests: the cheapest cost that can be opened.
    #[cfg(feature = "testing")]
    pub fn minimum() -> Self {
        Self(Self::FLOOR)
    }

    /// Chooses the cost that takes about `target` of processor time on this machine, by the fastest of three short
    /// runs: at least SQLCipher's default, 256,000, and at most the ceiling. A busy machine does not lower it, because
    /// processor time is measured, not elapsed time.
    pub fn calibrate(target: Duration) -> Self {
        Self::calibrate_by(target, processor_time)
    }

    fn calibrate_by(target: Duration, mut time: impl FnMut() -> Duration) -> Self {
        const PROBE: u32 = 20_000;
        let mut fastest = Duration::MAX;
        for _ in 0..3 {
            let mut out = Zeroizing::new([0_u8; 32]);
            let start = time();
            derive::pbkdf2(b"calibration", &[0; 32], PROBE, out.as_mut_slice());
            fastest = fastest.min(time().saturating_sub(start));
        }
        let nanos = fastest.as_nanos().max(1);
        let iterations = target.as_nanos().saturating_mul(u128::from(PROBE)) / nanos;
        let iterations = u32::try_from(iterations).unwrap_or(Self::CEILING);
        Self(iterations.clamp(Self::CHOSEN_LEAST, Self::CEILING))
    }

    /// The number of iterations.
    pub fn iterations(self) -> u32 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_hold() {
        assert!(KdfCost::new(KdfCost::FLOOR - 1).is_err());
        assert!(KdfCost::new(KdfCost::CEILING + 1).is_err());
        assert_eq!(KdfCost::new(KdfCost::FLOOR).unwrap(), KdfCost::minimum());
        assert_eq!(KdfCost::new(KdfCost::CEILING).unwrap().iterations(), 100_000_000);
    }

    #[test]
    fn calibration_stays_within_the_limits_and_grows_with_the_target() {
        let least = KdfCost::calibrate(Duration::ZERO);
        assert_eq!(least.iterations(), KdfCost::CHOSEN_LEAST);
        assert_eq!(KdfCost::calibrate(Duration::MAX).iterations(), KdfCost::CEILING);
        assert!(KdfCost::calibrate(Duration::from_secs(60)) > least);
    }

    /// 20,000 iterations at 10 ms of work: half a second is 1,000,000.
    #[test]
    fn the_fastest_run_counts_by_the_time_it_is_given() {
        let mut moments = [0, 30, 30, 40, 40, 90].map(Duration::from_millis).into_iter();
        let cost = KdfCost::calibrate_by(Duration::from_millis(500), || moments.next().unwrap());
        assert_eq!(cost.iterations(), 1_000_000);
    }
}
