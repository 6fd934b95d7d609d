//! How much work a password costs.

use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::derive;
use crate::error::CryptoError;
use crate::kdf_limits;

/// The iterations of PBKDF2-HMAC-SHA512 for one password slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KdfCost(u32);

impl KdfCost {
    /// The least that is accepted, when creating and when opening (OWASP's figure for SHA-512).
    pub const FLOOR: u32 = kdf_limits::FLOOR;
    /// The most that is accepted: more would be a way to make opening hang.
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

    /// The floor, for tests: it is the cheapest that an open accepts.
    #[cfg(feature = "testing")]
    pub fn minimum() -> Self {
        Self(Self::FLOOR)
    }

    /// What takes about `target` on this machine now, by the fastest of three short runs (a busy
    /// moment must not lower the cost), within floor and ceiling.
    pub fn calibrate(target: Duration) -> Self {
        const PROBE: u32 = 20_000;
        let mut fastest = Duration::MAX;
        for _ in 0..3 {
            let mut out = Zeroizing::new([0_u8; 32]);
            let start = Instant::now();
            derive::pbkdf2(b"calibration", &[0; 32], PROBE, out.as_mut_slice());
            fastest = fastest.min(start.elapsed());
        }
        let nanos = fastest.as_nanos().max(1);
        let iterations = target.as_nanos().saturating_mul(u128::from(PROBE)) / nanos;
        let iterations = u32::try_from(iterations).unwrap_or(Self::CEILING);
        Self(iterations.clamp(Self::FLOOR, Self::CEILING))
    }

    /// The number of iterations.
    pub fn iterations(self) -> u32 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
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
        assert_eq!(KdfCost::calibrate(Duration::ZERO), KdfCost::minimum());
        assert_eq!(KdfCost::calibrate(Duration::MAX).iterations(), KdfCost::CEILING);
        assert!(KdfCost::calibrate(Duration::from_secs(60)) > KdfCost::minimum());
    }
}
