//! Partitions of the history: one for each month, and one at each end.

use std::fmt;

use time::Month;

use crate::time::Timestamp;

const EARLY: i32 = 0;
const LATE: i32 = 999_999;

/// A month from 2000-01 to 9999-12, or the time before (`early`) or too far ahead (`late`).
///
/// Only a `Partition` can become a table name (docs/DESIGN.md, section 6), so no outside text reaches SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Partition(i32);

impl Partition {
    /// Messages before the year 2000.
    pub const EARLY: Self = Self(EARLY);
    /// Messages later than the month after the clock's.
    pub const LATE: Self = Self(LATE);

    /// The partition for a message of this time, as of `now`.
    #[must_use]
    pub fn route(at: Timestamp, now: Timestamp) -> Self {
        let month = Self::month_of(at);
        if month.0 < 200_001 {
            Self::EARLY
        } else if month.0 > Self::month_of(now).next().0 {
            Self::LATE
        } else {
            month
        }
    }

    /// The first time that belongs to the late table, as of `now`; the last possible time if no month is left.
    #[must_use]
    pub fn late_from(now: Timestamp) -> Timestamp {
        let first = Self::month_of(now).next().next();
        first.start().unwrap_or(Timestamp::MAX)
    }

    fn month_of(at: Timestamp) -> Self {
        let at = at.datetime();
        Self(at.year() * 100 + i32::from(u8::from(at.month())))
    }

    const fn next(self) -> Self {
        if self.0 % 100 == 12 {
            Self(self.0 + 89)
        } else {
            Self(self.0 + 1)
        }
    }

    /// The number in the catalogue: `YYYYMM`, 0 for early, 999999 for late. The numbers sort by time.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The partition with this catalogue number.
    #[must_use]
    pub fn from_number(number: i32) -> Option<Self> {
        let month = number % 100;
        let known = number == EARLY
            || number == LATE
            || ((200_001..=999_912).contains(&number) && (1..=12).contains(&month));
        known.then_some(Self(number))
    }

    /// Returns whether this is a month and not one of the two ends.
    #[must_use]
    pub const fn is_month(self) -> bool {
        self.0 != EARLY && self.0 != LATE
    }

    /// The first moment of the month; `None` for the two ends.
    #[must_use]
    pub fn start(self) -> Option<Timestamp> {
        if !self.is_month() {
            return None;
        }
        let month = Month::try_from(u8::try_from(self.0 % 100).ok()?).ok()?;
        Timestamp::month_start(self.0 / 100, month)
    }

    /// The name of its table: `messages_202501`, `messages_early` or `messages_late`.
    #[must_use]
    pub fn table(self) -> String {
        match self.0 {
            EARLY => "messages_early".into(),
            LATE => "messages_late".into(),
            month => format!("messages_{month:06}"),
        }
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            EARLY => f.write_str("early"),
            LATE => f.write_str("late"),
            month => write!(f, "{:04}-{:02}", month / 100, month % 100),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn months_go_by_utc_and_the_ends_are_caught() {
        let now = at("2025-12-15T00:00:00Z");
        let table = |text| Partition::route(at(text), now).table();
        assert_eq!(table("1999-12-31T23:59:59.999Z"), "messages_early");
        assert_eq!(table("2000-01-01T00:00:00Z"), "messages_200001");
        assert_eq!(table("2025-02-01T00:30:00+01:00"), "messages_202501");
        assert_eq!(table("2026-01-31T23:59:59.999Z"), "messages_202601");
        assert_eq!(table("2026-02-01T00:00:00Z"), "messages_late");
        assert_eq!(table("9999-12-31T23:59:59Z"), "messages_late");
    }

    #[test]
    fn the_late_table_begins_where_the_months_end() {
        for now in [
            "2025-11-30T23:59:59.999Z",
            "2025-12-01T00:00:00Z",
            "2024-01-31T00:00:00Z",
        ] {
            let now = at(now);
            let first = Partition::late_from(now);
            assert_eq!(Partition::route(first, now), Partition::LATE);
            let before = Timestamp::from_unix_ms(first.unix_ms() - 1).unwrap();
            assert!(Partition::route(before, now).is_month());
        }
        assert_eq!(Partition::late_from(at("9999-12-01T00:00:00Z")), Timestamp::MAX);
    }

    #[test]
    fn only_real_months_have_a_number() {
        for wrong in [1, 199_912, 200_000, 200_013, 202_500, 999_913, -1, 1_000_000] {
            assert_eq!(Partition::from_number(wrong), None, "{wrong}");
        }
        let month = Partition::from_number(202_502).unwrap();
        assert_eq!(month.start(), Some(at("2025-02-01T00:00:00Z")));
        assert_eq!(month.to_string(), "2025-02");
        assert!(Partition::EARLY < month && month < Partition::LATE);
    }

    #[test]
    fn a_number_is_that_of_its_partition() {
        for number in [0, 200_001, 202_512, 999_912, 999_999] {
            assert_eq!(
                Partition::from_number(number).map(Partition::number),
                Some(number)
            );
        }
    }

    #[test]
    fn the_ends_are_no_months() {
        for (end, name) in [(Partition::EARLY, "early"), (Partition::LATE, "late")] {
            assert_eq!(
                (end.is_month(), end.start(), end.to_string()),
                (false, None, name.to_owned())
            );
        }
    }
}
