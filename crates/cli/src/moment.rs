//! Dates on the command line: a day, or a day and a time, in UTC unless an offset follows.

use privatus_domain::Timestamp;

use crate::failure::Failure;

/// The accepted forms of a date, for an error.
const FORMS: &str = "write a day as 2025-06-15, or a time as \"2025-06-15 12:30\" or 2025-06-15T12:30:00Z (UTC unless it has an offset)";

/// Reads `2025-06-15`, `2025-06-15 12:00`, `2025-06-15 12:00:00` or RFC 3339; a day means its beginning.
pub(crate) fn parse(text: &str) -> Result<Timestamp, Failure> {
    let whole = match text.len() {
        10 => format!("{text}T00:00:00Z"),
        16 => format!("{}:00Z", text.replace(' ', "T")),
        19 => format!("{}Z", text.replace(' ', "T")),
        _ => with_seconds(text),
    };
    let shown: String = text.chars().take(60).collect();
    Timestamp::parse(&whole).map_err(|_| Failure::Refused(format!("{shown:?} is not a valid date; {FORMS}")))
}

/// Adds the seconds to a day and a time that has an offset but no seconds.
fn with_seconds(text: &str) -> String {
    let is_at = |at: usize, wanted: &[u8]| text.as_bytes().get(at).is_some_and(|byte| wanted.contains(byte));
    match (text.get(..16), text.get(16..)) {
        (Some(moment), Some(offset)) if is_at(13, b":") && is_at(16, b"+-Zz") => {
            format!("{}:00{offset}", moment.replace(' ', "T"))
        }
        _ => text.to_owned(),
    }
}

/// Whether a text is meant as a date, valid or not: it begins with a year and a hyphen, which no message id does.
pub(crate) fn is_meant(text: &str) -> bool {
    let is_digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    (0..4).all(is_digit) && text.as_bytes().get(4) == Some(&b'-')
}

/// Returns a time as a table shows it.
pub(crate) fn shown(at: Option<Timestamp>) -> String {
    let text = at.map(Timestamp::to_sql).unwrap_or_default();
    text.get(..19).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn days_and_times() {
        for (text, at) in [
            ("2025-06-15", "2025-06-15 00:00:00.000"),
            ("2025-06-15 12:30", "2025-06-15 12:30:00.000"),
            ("2025-06-15T12:30:05", "2025-06-15 12:30:05.000"),
            ("2025-06-15T12:30:05.25+02:00", "2025-06-15 10:30:05.250"),
            ("2025-06-15 12:30:05.250", "2025-06-15 12:30:05.250"),
            ("2025-06-15 12:30+02:00", "2025-06-15 10:30:00.000"),
            ("2025-06-15T12:30Z", "2025-06-15 12:30:00.000"),
        ] {
            assert_eq!(parse(text).unwrap().to_sql(), at, "{text}");
        }
        for text in [
            "",
            "yesterday",
            "2025-13-01",
            "2025-06-15 25:00",
            "ééééé",
            "2025-06-15 12:30+",
            "ééééééé éééé:éé+1",
        ] {
            assert_eq!(parse(text).unwrap_err().exit(), Exit::Refused, "{text}");
        }
    }
}
