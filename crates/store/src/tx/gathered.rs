//! Statistics in memory: what was done and how long transactions took, by day. They are written along with the use of
//! keys, at most once a minute and on close; a crash may lose some of them.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use privatus_domain::{Day, Histogram, Timestamp, Usage};

/// The limit for distinct names and days until the next write, so that memory use stays bounded.
const MOST: usize = 100;
/// The name under which everything beyond the limit is counted.
const OTHER: &str = "other";

/// What was gathered for one day.
#[derive(Debug, Default)]
pub(crate) struct OfDay {
    pub(crate) usage: Usage,
    pub(crate) times: BTreeMap<&'static str, Histogram>,
}

/// What was gathered since the last write.
#[derive(Debug, Default)]
pub(crate) struct Gathered(pub(crate) BTreeMap<Day, OfDay>);

/// The statistics that a store gathers.
#[derive(Debug, Default)]
pub(crate) struct Statistics(Mutex<Gathered>);

impl Statistics {
    fn gathered(&self) -> MutexGuard<'_, Gathered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts how long a transaction took.
    pub(crate) fn timed(&self, at: Timestamp, name: &'static str, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let mut gathered = self.gathered();
        if let Some(of_day) = gathered.of_day(Day::of(at)) {
            let full = of_day.times.len() >= MOST && !of_day.times.contains_key(name);
            let name = if full { OTHER } else { name };
            of_day.times.entry(name).or_default().record(micros);
        }
    }

    /// Counts what was done.
    pub(crate) fn used(&self, at: Timestamp, usage: &Usage) {
        if let Some(of_day) = self.gathered().of_day(Day::of(at)) {
            of_day.usage.merge(usage);
        }
    }

    pub(crate) fn take(&self) -> Gathered {
        std::mem::take(&mut self.gathered())
    }

    /// Puts back what could not be committed.
    pub(crate) fn put_back(&self, earlier: &Gathered) {
        let mut gathered = self.gathered();
        for (day, of_day) in &earlier.0 {
            if let Some(now) = gathered.of_day(*day) {
                now.usage.merge(&of_day.usage);
                for (name, times) in &of_day.times {
                    now.times.entry(name).or_default().merge(times);
                }
            }
        }
    }
}

impl Gathered {
    /// Returns the entry of a day; `None` if a runaway clock has produced too many days.
    fn of_day(&mut self, day: Day) -> Option<&mut OfDay> {
        if self.0.len() >= MOST && !self.0.contains_key(&day) {
            return None;
        }
        Some(self.0.entry(day).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_750_000_000_000;
    const DAY_MS: i64 = 86_400_000;

    #[test]
    fn names_and_days_without_end_fill_no_memory() {
        let statistics = Statistics::default();
        for number in 0..300_i64 {
            let name = Box::leak(format!("name {number}").into_boxed_str());
            statistics.timed(
                Timestamp::from_unix_ms(START).unwrap(),
                name,
                Duration::from_micros(5),
            );
            let at = Timestamp::from_unix_ms(START + number * DAY_MS).unwrap();
            statistics.used(
                at,
                &Usage {
                    chats_opened: 1,
                    ..Usage::default()
                },
            );
        }
        let gathered = statistics.take();
        assert_eq!(gathered.0.len(), MOST);
        let times: &BTreeMap<_, _> = &gathered.0.values().next().unwrap().times;
        assert_eq!(times.len(), MOST + 1);
        assert_eq!(times.values().map(Histogram::count).sum::<u64>(), 300);
    }
}
