//! The application's times: naive local times, as Python's `datetime` writes them.

use jiff::civil::{Date, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::error::LegacyError;
use crate::note::{Advice, Note};

/// The zone in which naive times are read.
#[derive(Debug, Clone)]
pub struct Zone {
    tz: TimeZone,
    name: String,
    origin: ZoneOrigin,
}

/// How the zone was determined; an import reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZoneOrigin {
    /// The caller named it.
    Given,
    /// The zone that this machine is set to.
    Machine,
    /// The machine does not report its zone, so UTC.
    Fallback,
}

/// A time, and whether it is ambiguous in the zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Milliseconds since 1970, UTC, rounded down.
    pub(crate) unix_ms: i64,
    /// The clocks showed this time twice (the first is used) or never (the gap is skipped).
    pub(crate) ambiguous: bool,
    /// The second reading of a time that occurred twice.
    pub(crate) second_ms: Option<i64>,
}

impl Zone {
    /// A zone by its IANA name, from the tables built into the program.
    ///
    /// # Errors
    ///
    /// [`LegacyError::UnknownZone`].
    pub fn named(name: &str) -> Result<Self, LegacyError> {
        let tz = TimeZone::get(name).map_err(|_| LegacyError::UnknownZone {
            name: name.to_owned(),
        })?;
        let name = tz.iana_name().unwrap_or(name).to_owned();
        Ok(Self {
            tz,
            name,
            origin: ZoneOrigin::Given,
        })
    }

    /// The zone that this machine is set to, or UTC if it does not report one.
    pub fn of_machine() -> Self {
        match TimeZone::try_system() {
            Ok(tz) => {
                let name = tz.iana_name().unwrap_or("this machine's local time").to_owned();
                Self {
                    tz,
                    name,
                    origin: ZoneOrigin::Machine,
                }
            }
            Err(_) => Self {
                origin: ZoneOrigin::Fallback,
                ..Self::utc()
            },
        }
    }

    /// Which zone local times were read in and how it was determined, for a report.
    pub(crate) fn note(&self) -> Note {
        let (origin, advice) = match self.origin {
            ZoneOrigin::Given => ("given", None),
            ZoneOrigin::Machine => ("this machine's", Some(Advice::OtherZone)),
            ZoneOrigin::Fallback => ("this machine does not report its own", Some(Advice::Zone)),
        };
        let text = format!("local times were read in the zone {} ({origin})", self.name);
        Note { text, advice }
    }

    pub(crate) fn utc() -> Self {
        Self {
            tz: TimeZone::UTC,
            name: "UTC".to_owned(),
            origin: ZoneOrigin::Given,
        }
    }

    /// Its IANA name, if it has one.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it was determined.
    pub fn origin(&self) -> ZoneOrigin {
        self.origin
    }

    /// Reads `YYYY-MM-DD[T ]HH:MM[:SS[.fraction]]`; an offset or `Z` at the end takes precedence over the zone. `None`
    /// if the text has another form or the day does not exist.
    pub(crate) fn convert(&self, text: &str) -> Option<Moment> {
        let (date, rest) = text.split_at_checked(10)?;
        let date = date_of(date)?;
        let (time, offset) = match rest.strip_prefix(['T', ' ']) {
            Some(rest) => time_of(rest)?,
            None if rest.is_empty() => (Time::midnight(), None),
            None => return None,
        };
        let local = seconds_of(date, time)?;
        let (offset, ambiguous, second) = match offset {
            Some(seconds) => (seconds, false, None),
            // Computed with the offset alone: jiff's own instants end a day before the end of the year 9999.
            None => match self.tz.to_ambiguous_timestamp(date.to_datetime(time)).offset() {
                AmbiguousOffset::Unambiguous { offset } => (offset.seconds(), false, None),
                // In a fold, use the first; in a gap, the clock before the change (RFC 5545).
                AmbiguousOffset::Fold { before, after } => (before.seconds(), true, Some(after.seconds())),
                AmbiguousOffset::Gap { before, .. } => (before.seconds(), true, None),
            },
        };
        let milliseconds = i64::from(time.subsec_nanosecond() / 1_000_000);
        let at = |offset: i32| (local - i64::from(offset)) * 1000 + milliseconds;
        Some(Moment {
            unix_ms: at(offset),
            ambiguous,
            second_ms: second.map(at),
        })
    }
}

/// Seconds since 1970 on the wall clock.
fn seconds_of(date: Date, time: Time) -> Option<i64> {
    let month = time::Month::try_from(u8::try_from(date.month()).ok()?).ok()?;
    let day = u8::try_from(date.day()).ok()?;
    let days = time::Date::from_calendar_date(date.year().into(), month, day).ok()?;
    let days = i64::from(days.to_julian_day()) - i64::from(time::UtcDateTime::UNIX_EPOCH.to_julian_day());
    let clock = (i64::from(time.hour()) * 60 + i64::from(time.minute())) * 60 + i64::from(time.second());
    Some(days * 86_400 + clock)
}

/// Accepts digits only; `parse` alone would also accept a sign.
fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| text.parse().ok())?
}

fn date_of(text: &str) -> Option<Date> {
    let (year, rest) = text.split_at_checked(4)?;
    let (month, day) = rest.strip_prefix('-')?.split_once('-')?;
    if month.len() != 2 || day.len() != 2 {
        return None;
    }
    Date::new(number(year)?, number(month)?, number(day)?).ok()
}

/// The time of day, and the offset from UTC in seconds if there is one.
fn time_of(text: &str) -> Option<(Time, Option<i32>)> {
    let (clock, offset) = match text.find(['Z', '+', '-']) {
        Some(place) => {
            let (clock, offset) = text.split_at_checked(place)?;
            (clock, Some(offset_of(offset)?))
        }
        None => (text, None),
    };
    let (whole, fraction) = clock
        .split_once('.')
        .map_or((clock, None), |(whole, part)| (whole, Some(part)));
    let [hour, minute, second] = clock_of(whole, fraction.is_some())?;
    let nanosecond = match fraction {
        None => 0,
        Some(digits) if (1..=9).contains(&digits.len()) => {
            let scale = 10_i32.checked_pow(u32::try_from(9 - digits.len()).ok()?)?;
            number::<i32>(digits)?.checked_mul(scale)?
        }
        Some(_) => return None,
    };
    Some((Time::new(hour, minute, second, nanosecond).ok()?, offset))
}

/// Reads `HH:MM[:SS]`; `seconds` says whether seconds are allowed.
fn clock_of(text: &str, seconds: bool) -> Option<[i8; 3]> {
    let mut parts = text
        .split(':')
        .map(|part| (part.len() == 2).then(|| number::<i8>(part)).flatten());
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = match parts.next() {
        Some(second) => second?,
        None if seconds => return None,
        None => 0,
    };
    parts.next().is_none().then_some([hour, minute, second])
}

/// `Z` or `±HH:MM[:SS]`, in seconds.
fn offset_of(text: &str) -> Option<i32> {
    if text == "Z" {
        return Some(0);
    }
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+')?),
    };
    let [hours, minutes, seconds] = clock_of(rest, false)?;
    if hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    Some(sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60 + i32::from(seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(zone: &str, text: &str) -> Option<(i64, bool)> {
        Zone::named(zone)
            .unwrap()
            .convert(text)
            .map(|moment| (moment.unix_ms, moment.ambiguous))
    }

    #[test]
    fn both_separators_and_fractions_of_any_length() {
        let noon = 1_750_334_400_000;
        for (text, more) in [
            ("2025-06-19T12:00:00", 0),
            ("2025-06-19 12:00:00", 0),
            ("2025-06-19 12:00", 0),
            ("2025-06-19T12:00:00.5", 500),
            ("2025-06-19 12:00:00.123456", 123),
            ("2025-06-19 12:00:00.000999999", 0),
            ("2025-06-19T14:00:00+02:00", 0),
            ("2025-06-19T12:00:00Z", 0),
            ("2025-06-19T06:30:00-05:30", 0),
        ] {
            assert_eq!(ms("UTC", text), Some((noon + more, false)), "{text}");
        }
        assert_eq!(ms("UTC", "2025-06-19"), Some((noon - 43_200_000, false)));
        assert_eq!(ms("UTC", "1969-12-31T23:59:59.999500"), Some((-1, false)));
        assert_eq!(
            ms("UTC", "0001-01-01 00:00:00"),
            Some((-62_135_596_800_000, false))
        );
        assert_eq!(
            ms("UTC", "9999-12-31T23:59:59.999999"),
            Some((253_402_300_799_999, false))
        );
    }

    #[test]
    fn the_zone_counts_and_its_folds_and_gaps_are_marked() {
        assert_eq!(
            ms("Europe/Berlin", "2025-06-19 14:00:00"),
            Some((1_750_334_400_000, false))
        );
        // Twice on 2025-10-26: the first, still in summer time. Never on 2025-03-30: one hour later.
        assert_eq!(
            ms("Europe/Berlin", "2025-10-26 02:30:00"),
            Some((1_761_438_600_000, true))
        );
        assert_eq!(
            ms("Europe/Berlin", "2025-03-30 02:30:00"),
            Some((1_743_298_200_000, true))
        );
        assert_eq!(
            ms("Asia/Kolkata", "2025-06-19 17:30:00"),
            Some((1_750_334_400_000, false))
        );
    }

    #[test]
    fn the_ends_of_the_calendar_are_read_in_every_zone() {
        let hour = 3_600_000;
        let last = 253_402_300_799_000;
        assert_eq!(
            ms("Asia/Tokyo", "9999-12-31 23:59:59"),
            Some((last - 9 * hour, false))
        );
        assert_eq!(
            ms("America/New_York", "9999-12-31 23:59:59"),
            Some((last + 5 * hour, false))
        );
        assert_eq!(ms("Asia/Tokyo", "1970-01-01 00:00:00"), Some((-9 * hour, false)));
        assert_eq!(
            ms("UTC", "0000-02-29 00:00:00"),
            Some((-62_162_121_600_000, false))
        );
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "T",
            "2025-06-19T",
            "2025-06-19x12:00:00",
            "2025-13-01 00:00:00",
            "2025-02-29 00:00:00",
            "2025-06-19 24:00:00",
            "2025-06-19 12:00:60.",
            "2025-06-19 12:00:00.",
            "2025-06-19 12:00.5",
            "2025-06-19 +1:00:00",
            "+025-06-19 01:00:00",
            "2025-06-19 12:00:00.1234567890",
            "2025-06-19 12:00:00 ",
            "2025-06-19T12:00:00+2:00",
            "2025-06-19T12:00:00+99:00",
            "２０２５-06-19",
            "日本語日本語日本語",
            "1750334400",
        ] {
            assert_eq!(ms("UTC", text), None, "{text:?}");
        }
    }

    #[test]
    fn an_unknown_zone_is_named_in_the_error() {
        let error = Zone::named("Mars/Olympus").err().unwrap().to_string();
        assert!(error.contains("Mars/Olympus"), "{error}");
    }
}
