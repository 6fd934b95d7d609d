//! Times: UTC, whole milliseconds since 1970, from year 0 to 9999.
//!
//! Two text forms: `2025-01-31 09:00:00.000` in SQL (always 23 characters, so text order is time order), and RFC 3339
//! with milliseconds and `Z` in exports.

use std::fmt;

use time::format_description::well_known::Rfc3339;
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, UtcOffset};

/// Why a time was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimestampError {
    /// The time is before year 0 or after 9999.
    #[error("the time {0} ms is outside the years 0 to 9999")]
    OutOfRange(i64),
    /// The text is neither RFC 3339 nor `YYYY-MM-DD HH:MM:SS.sss`.
    #[error("not a time in RFC 3339 form")]
    Malformed,
}

/// A moment in UTC, in milliseconds since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 0000-01-01 00:00:00.000.
    pub const MIN: Self = Self(-62_167_219_200_000);
    /// 9999-12-31 23:59:59.999.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// A time from milliseconds since 1970.
    ///
    /// # Errors
    /// [`TimestampError::OutOfRange`] outside the years 0 to 9999.
    pub const fn from_unix_ms(ms: i64) -> Result<Self, TimestampError> {
        if ms < Self::MIN.0 || ms > Self::MAX.0 {
            return Err(TimestampError::OutOfRange(ms));
        }
        Ok(Self(ms))
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub const fn unix_ms(self) -> i64 {
        self.0
    }

    /// The first moment of a month.
    #[must_use]
    pub fn month_start(year: i32, month: Month) -> Option<Self> {
        let date = Date::from_calendar_date(year, month, 1).ok()?;
        Self::from_unix_ms(date.midnight().assume_utc().unix_timestamp() * 1_000).ok()
    }

    /// Parses RFC 3339 with any offset, or the 23 characters of SQL. Digits beyond milliseconds are truncated.
    ///
    /// # Errors
    /// [`TimestampError`] says which rule the text breaks.
    pub fn parse(text: &str) -> Result<Self, TimestampError> {
        if let Ok(at) = OffsetDateTime::parse(text, &Rfc3339) {
            return Self::from_datetime(at);
        }
        if text.len() != 23 || text.as_bytes().get(10) != Some(&b' ') {
            return Err(TimestampError::Malformed);
        }
        let rfc = format!("{}Z", text.replace(' ', "T"));
        let at = OffsetDateTime::parse(&rfc, &Rfc3339).map_err(|_| TimestampError::Malformed)?;
        Self::from_datetime(at)
    }

    fn from_datetime(at: OffsetDateTime) -> Result<Self, TimestampError> {
        let ms = at.unix_timestamp_nanos().div_euclid(1_000_000);
        Self::from_unix_ms(i64::try_from(ms).map_err(|_| TimestampError::Malformed)?)
    }

    /// The calendar form in UTC.
    #[must_use]
    pub fn datetime(self) -> PrimitiveDateTime {
        let nanos = i128::from(self.0) * 1_000_000;
        // The range of this type lies within that of `time`, so the fallback to 1970 is never used.
        let at = OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let at = at.to_offset(UtcOffset::UTC);
        PrimitiveDateTime::new(at.date(), at.time())
    }

    /// `YYYY-MM-DD HH:MM:SS.sss`, always 23 characters.
    #[must_use]
    pub fn to_sql(self) -> String {
        self.text(' ')
    }

    /// `YYYY-MM-DDTHH:MM:SS.sssZ` (RFC 3339).
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        let mut text = self.text('T');
        text.push('Z');
        text
    }

    fn text(self, separator: char) -> String {
        let at = self.datetime();
        let (h, m, s, ms) = at.as_hms_milli();
        let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
        format!("{year:04}-{month:02}-{day:02}{separator}{h:02}:{m:02}:{s:02}.{ms:03}")
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_rfc3339())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_ends_of_the_range_have_23_characters() {
        assert_eq!(Timestamp::MIN.to_sql(), "0000-01-01 00:00:00.000");
        assert_eq!(Timestamp::MAX.to_sql(), "9999-12-31 23:59:59.999");
        assert!(Timestamp::from_unix_ms(Timestamp::MAX.unix_ms() + 1).is_err());
        assert!(Timestamp::from_unix_ms(Timestamp::MIN.unix_ms() - 1).is_err());
        assert!(Timestamp::from_unix_ms(i64::MIN).is_err());
        for end in [Timestamp::MIN, Timestamp::MAX] {
            assert_eq!(Timestamp::from_unix_ms(end.unix_ms()), Ok(end));
        }
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn both_text_forms_are_read() {
        let at = Timestamp::parse("2025-01-31T10:00:00.123456+01:00").unwrap();
        assert_eq!(at.to_sql(), "2025-01-31 09:00:00.123");
        assert_eq!(Timestamp::parse(&at.to_sql()), Ok(at));
        for wrong in [
            "",
            "2025-01-31",
            "2025-01-31 09:00:00",
            "2025-13-31 09:00:00.000",
            "2025-01-31x09:00:00.000",
        ] {
            assert_eq!(Timestamp::parse(wrong), Err(TimestampError::Malformed), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn text_order_is_time_order(a in Timestamp::MIN.0..=Timestamp::MAX.0, b in Timestamp::MIN.0..=Timestamp::MAX.0) {
            let (a, b) = (Timestamp(a), Timestamp(b));
            prop_assert_eq!(a.to_sql().cmp(&b.to_sql()), a.cmp(&b));
            prop_assert_eq!(Timestamp::parse(&a.to_rfc3339()), Ok(a));
            prop_assert_eq!(Timestamp::parse(&a.to_sql()), Ok(a));
        }
    }
}
