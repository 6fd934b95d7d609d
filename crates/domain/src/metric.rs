//! Histograms of durations in constant space: counts in buckets of a logarithmic scale.

/// Buckets per octave: the ends of a bucket are at most an eighth apart.
const STEPS: usize = 8;
/// Octaves, from 8 µs. Durations above 19 hours are counted in the last bucket.
const OCTAVES: usize = 33;
const BUCKETS: usize = STEPS + OCTAVES * STEPS;

/// Counts of durations in microseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram {
    counts: Box<[u64]>,
    max: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: vec![0; BUCKETS].into(),
            max: 0,
        }
    }
}

impl Histogram {
    /// Builds a histogram from the results of [`buckets`](Self::buckets) and [`max`](Self::max); ignores buckets that
    /// do not exist.
    #[must_use]
    pub fn from_buckets(buckets: impl IntoIterator<Item = (usize, u64)>, max: u64) -> Self {
        let mut read = Self {
            max,
            ..Self::default()
        };
        for (bucket, count) in buckets {
            read.add(bucket, count);
        }
        read
    }

    /// Counts one duration.
    pub fn record(&mut self, micros: u64) {
        self.add(bucket_of(micros), 1);
        self.max = self.max.max(micros);
    }

    /// Adds another histogram's counts.
    pub fn merge(&mut self, other: &Self) {
        for (bucket, count) in other.buckets() {
            self.add(bucket, count);
        }
        self.max = self.max.max(other.max);
    }

    fn add(&mut self, bucket: usize, more: u64) {
        if let Some(count) = self.counts.get_mut(bucket) {
            *count = count.saturating_add(more);
        }
    }

    /// The total count.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts
            .iter()
            .fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The longest duration, exactly.
    #[must_use]
    pub const fn max(&self) -> u64 {
        self.max
    }

    /// Iterates over the buckets that are not empty: their numbers and counts.
    pub fn buckets(&self) -> impl Iterator<Item = (usize, u64)> {
        let all = self.counts.iter().copied().enumerate();
        all.filter(|(_, count)| *count > 0)
    }

    /// The duration that at least `percent` of the counted ones do not exceed, rounded up by at most an eighth; 0 if
    /// nothing was counted.
    #[must_use]
    pub fn percentile(&self, percent: u8) -> u64 {
        let wanted = u128::from(self.count()) * u128::from(percent.min(100));
        let mut below = 0_u128;
        for (bucket, count) in self.buckets() {
            below += u128::from(count) * 100;
            if below >= wanted {
                return end_of(bucket).min(self.max);
            }
        }
        self.max
    }
}

fn bucket_of(micros: u64) -> usize {
    let octave = usize::try_from(micros.checked_ilog2().unwrap_or_default()).unwrap_or_default();
    if octave < 3 {
        return usize::try_from(micros).unwrap_or_default();
    }
    let step = usize::try_from((micros >> (octave - 3)) & 7).unwrap_or_default();
    ((octave - 2) * STEPS + step).min(BUCKETS - 1)
}

/// The longest duration in a bucket; the last bucket has no end.
const fn end_of(bucket: usize) -> u64 {
    if bucket >= BUCKETS - 1 {
        return u64::MAX;
    }
    let mut end = 0_u64;
    let mut at = 0;
    // Each bucket of an octave is one eighth as wide as the octave.
    while at < bucket {
        at += 1;
        end += 1 << (at / STEPS).saturating_sub(1);
    }
    end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(times: &[u64]) -> Histogram {
        let mut histogram = Histogram::default();
        times.iter().for_each(|time| histogram.record(*time));
        histogram
    }

    #[test]
    fn each_bucket_ends_before_the_next_begins() {
        for bucket in 0..BUCKETS - 1 {
            let end = end_of(bucket);
            assert_eq!(
                (bucket_of(end), bucket_of(end + 1)),
                (bucket, bucket + 1),
                "{end}"
            );
        }
        assert_eq!(bucket_of(u64::MAX), BUCKETS - 1);
        assert_eq!(of(&[]).percentile(50), 0);
        assert_eq!(of(&[u64::MAX]).percentile(50), u64::MAX);
    }

    #[test]
    fn buckets_that_are_empty_are_left_out() {
        assert!(of(&[1, 1, 9]).buckets().eq([(1, 2), (9, 1)]));
    }

    fn times() -> impl Strategy<Value = Vec<u64>> {
        let time = prop_oneof![0_u64..20, 0_u64..100_000, 0_u64..60_000_000, 0_u64..1 << 35];
        proptest::collection::vec(time, 0..200)
    }

    proptest! {
        #[test]
        fn a_percentile_is_the_true_one_and_at_most_an_eighth_more(mut times in times(), percent in 1_u8..=100) {
            let histogram = of(&times);
            prop_assert_eq!(histogram.count(), times.len() as u64);
            times.sort_unstable();
            if let Some(longest) = times.last() {
                let rank = (times.len() * usize::from(percent)).div_ceil(100).max(1);
                let (wanted, found) = (times[rank - 1], histogram.percentile(percent));
                prop_assert!(wanted <= found && found <= wanted + wanted / 8, "{wanted} {found}");
                prop_assert_eq!(histogram.max(), *longest);
                prop_assert_eq!(histogram.percentile(100), *longest);
            }
        }

        #[test]
        fn parts_in_any_order_are_worth_the_whole(a in times(), b in times(), c in times()) {
            let (mut left, mut right) = (of(&a), of(&b));
            left.merge(&of(&b));
            left.merge(&of(&c));
            right.merge(&of(&c));
            right.merge(&of(&a));
            prop_assert_eq!(&left, &right);
            prop_assert_eq!(&left, &of(&[a, b, c].concat()));
            let again = Histogram::from_buckets(left.buckets().chain([(BUCKETS, 1)]), left.max());
            prop_assert_eq!(again, left);
        }
    }
}
