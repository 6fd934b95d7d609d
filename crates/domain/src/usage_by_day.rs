//! Usage statistics by day: counts of messages, bytes and opened chats, without content or names.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::limits::{STATISTIC_METRIC_BYTES, STATISTIC_VALUE};
use crate::message::{Direction, NewMessage};
use crate::time::{Timestamp, TimestampError};

const DAY_MS: i64 = 86_400_000;

/// A day in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(i64);

impl Day {
    /// The day of a timestamp.
    #[must_use]
    pub const fn of(at: Timestamp) -> Self {
        Self(at.unix_ms().div_euclid(DAY_MS))
    }

    /// The day this many days earlier; never before the year 0.
    #[must_use]
    pub fn before(self, days: u32) -> Self {
        Self((self.0 - i64::from(days)).max(Self::of(Timestamp::MIN).0))
    }

    /// Its first moment.
    #[must_use]
    pub fn start(self) -> Timestamp {
        // The start of a day with a valid timestamp is valid itself, except for rounding at the year 0.
        Timestamp::from_unix_ms(self.0 * DAY_MS).unwrap_or(Timestamp::MIN)
    }

    /// Reads `YYYY-MM-DD`.
    ///
    /// # Errors
    /// [`TimestampError`]
    pub fn parse(text: &str) -> Result<Self, TimestampError> {
        if text.len() != 10 {
            return Err(TimestampError::Malformed);
        }
        Timestamp::parse(&format!("{text} 00:00:00.000")).map(Self::of)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.start().to_sql().get(..10).unwrap_or_default())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Usage in some period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// Messages received.
    pub messages_in: u64,
    /// Messages sent.
    pub messages_out: u64,
    /// Bytes of text in both.
    pub message_bytes: u64,
    /// How often the newest page of a conversation was opened.
    pub chats_opened: u64,
}

impl Usage {
    /// Each counter with the name it is stored under.
    #[must_use]
    pub const fn named(&self) -> [(&'static str, u64); 4] {
        [
            ("messages_in", self.messages_in),
            ("messages_out", self.messages_out),
            ("message_bytes", self.message_bytes),
            ("chats_opened", self.chats_opened),
        ]
    }

    /// Sets the counter with this name; ignores unknown names.
    pub fn put(&mut self, name: &str, value: u64) {
        match name {
            "messages_in" => self.messages_in = value,
            "messages_out" => self.messages_out = value,
            "message_bytes" => self.message_bytes = value,
            "chats_opened" => self.chats_opened = value,
            _ => {}
        }
    }

    /// Counts a message.
    pub fn count(&mut self, message: &NewMessage) {
        match message.direction {
            Direction::In => self.messages_in += 1,
            Direction::Out => self.messages_out += 1,
        }
        let bytes = u64::try_from(message.body.as_text().len()).unwrap_or_default();
        self.message_bytes = self.message_bytes.saturating_add(bytes);
    }

    /// Adds another period's usage.
    pub const fn merge(&mut self, other: &Self) {
        self.messages_in = self.messages_in.saturating_add(other.messages_in);
        self.messages_out = self.messages_out.saturating_add(other.messages_out);
        self.message_bytes = self.message_bytes.saturating_add(other.message_bytes);
        self.chats_opened = self.chats_opened.saturating_add(other.chats_opened);
    }
}

/// A row of `usage_statistics`, which may come from another application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistic {
    /// The day.
    pub date: Day,
    /// What was counted.
    pub metric: String,
    /// The count.
    pub value: i64,
}

/// Why a figure was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatisticError {
    /// The value is out of range.
    #[error("a figure must be between 0 and {STATISTIC_VALUE}, got {0}")]
    Value(i64),
    /// The name is too long.
    #[error("the name of a figure has {0} bytes; the limit is {STATISTIC_METRIC_BYTES}")]
    MetricTooLong(usize),
}

impl Statistic {
    /// Refuses a figure that no store would count, and that a check of the vault would report.
    ///
    /// # Errors
    /// [`StatisticError`].
    pub const fn check(&self) -> Result<(), StatisticError> {
        if self.value < 0 || self.value > STATISTIC_VALUE {
            return Err(StatisticError::Value(self.value));
        }
        if self.metric.len() > STATISTIC_METRIC_BYTES {
            return Err(StatisticError::MetricTooLong(self.metric.len()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_and_read() {
        for (text, ms) in [
            ("1970-01-01", 0),
            ("1969-12-31", -1),
            ("2025-06-15", 1_750_031_999_999),
        ] {
            let day = Day::of(Timestamp::from_unix_ms(ms).unwrap());
            assert_eq!(day.to_string(), text);
            assert_eq!(Day::parse(text), Ok(day));
            assert_eq!(Day::of(day.start()), day);
        }
        assert_eq!(
            Day::parse("2025-03-01").unwrap().before(1).to_string(),
            "2025-02-28"
        );
        assert_eq!(
            Day::parse("0000-01-01").unwrap().before(u32::MAX).to_string(),
            "0000-01-01"
        );
        for wrong in ["", "2025-02-30", "2025-2-3", "2025-01-01 ", "20250101"] {
            assert!(Day::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn each_name_is_put_where_it_was_read() {
        let usage = Usage {
            messages_in: 1,
            messages_out: 2,
            message_bytes: 3,
            chats_opened: 4,
        };
        let mut read = Usage::default();
        for (name, value) in usage.named() {
            read.put(name, value);
        }
        read.put("another", 5);
        assert_eq!(read, usage);
        read.merge(&usage);
        assert_eq!(read.named().map(|(_, value)| value), [2, 4, 6, 8]);
    }

    #[test]
    fn messages_are_counted_by_their_direction_and_bytes() {
        use crate::body::Body;
        use crate::sender::SenderRef;

        let (at, id) = (Timestamp::from_unix_ms(0).unwrap(), || "a".parse().unwrap());
        let sent = NewMessage::sent(id(), Body::text("é").unwrap(), at);
        let received = NewMessage::received(id(), SenderRef::Nobody, Body::text("abc").unwrap(), at);
        let mut usage = Usage::default();
        for message in [&sent, &received, &received] {
            usage.count(message);
        }
        let expected = Usage {
            messages_in: 2,
            messages_out: 1,
            message_bytes: 8,
            chats_opened: 0,
        };
        assert_eq!(usage, expected);
    }

    #[test]
    fn a_statistic_has_bounds() {
        let checked = |value, bytes| {
            let statistic = Statistic {
                date: Day::parse("2025-06-15").unwrap(),
                metric: "m".repeat(bytes),
                value,
            };
            statistic.check()
        };
        for (value, bytes) in [(0, 0), (1, 1), (STATISTIC_VALUE, STATISTIC_METRIC_BYTES)] {
            assert_eq!(checked(value, bytes), Ok(()));
        }
        for value in [-1, i64::MIN, STATISTIC_VALUE + 1] {
            assert_eq!(checked(value, 1), Err(StatisticError::Value(value)));
        }
        let too_long = STATISTIC_METRIC_BYTES + 1;
        assert_eq!(checked(1, too_long), Err(StatisticError::MetricTooLong(too_long)));
    }
}
