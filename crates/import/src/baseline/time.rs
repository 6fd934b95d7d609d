//! Reads the times of a source.

use privatus_domain::Timestamp;

/// Reads the forms that SQLite and programs write: `YYYY-MM-DD HH:MM:SS` with or without a fraction, seconds and an
/// offset, with a space or a `T`; or a date alone, meaning its first moment. Without an offset it is UTC; digits
/// beyond milliseconds are truncated.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let (date, clock) = match text.split_at_checked(10)? {
        (date, "") => (date, "00:00:00"),
        (date, rest) => (date, rest.strip_prefix([' ', 'T', 't'])?),
    };
    let (clock, zone) = match clock.find(['Z', 'z', '+', '-']) {
        Some(at) => clock.split_at_checked(at)?,
        None => (clock, "Z"),
    };
    let seconds = if clock.len() == 5 { ":00" } else { "" };
    Timestamp::parse(&format!("{date}T{clock}{seconds}{zone}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_that_programs_write_are_one_moment() {
        for (text, wanted) in [
            ("2025-01-31 09:05:07", "2025-01-31 09:05:07.000"),
            ("2025-01-31 09:05:07.25", "2025-01-31 09:05:07.250"),
            ("2025-01-31 09:05:07.123", "2025-01-31 09:05:07.123"),
            ("2025-01-31T09:05:07.123999", "2025-01-31 09:05:07.123"),
            ("2025-01-31T09:05:07Z", "2025-01-31 09:05:07.000"),
            ("2025-01-31 10:05:07+01:00", "2025-01-31 09:05:07.000"),
            ("2025-01-31T05:35:07.5-03:30", "2025-01-31 09:05:07.500"),
            ("2025-01-31 09:05", "2025-01-31 09:05:00.000"),
            ("2025-01-31", "2025-01-31 00:00:00.000"),
        ] {
            assert_eq!(
                moment(text).map(Timestamp::to_sql).as_deref(),
                Some(wanted),
                "{text}"
            );
        }
        for text in [
            "",
            "now",
            "2025-02-30 09:05:07",
            "2025-01-31 25:00:00",
            "2025-01-31 09",
            "2025-01-31  09:05:07",
            "31.01.2025 09:05:07",
            "1738314307",
            "2460706.5",
            "2025-01-3é",
            "2025-01-31 09:05:07 ",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
