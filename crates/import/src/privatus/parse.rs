//! Parses a line.

use serde::de::IgnoredAny;

use super::json_member::json_member;
use super::lines::{self, Line};
use super::record::Record;
use super::setting::Setting;

/// A record, or a setting, whose value is kept as it was written.
pub(super) enum Parsed {
    Record(Record),
    Setting(Setting),
}

/// The record of a line; `None` if the line is not one.
pub(super) fn parse(line: &[u8]) -> Option<Parsed> {
    let text = std::str::from_utf8(line).ok()?;
    // Check that it is valid JSON, and of which type, before anything is built from it.
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    if json_member(text, "type")? == r#""setting""# {
        return Setting::from_line(text).map(Parsed::Setting);
    }
    let mut record: Record = serde_json::from_str(text).ok()?;
    if let Record::Group(group) = &mut record {
        group.settle_owner();
    }
    Some(Parsed::Record(record))
}

/// Parses bytes as an export, as far as possible without a vault; for fuzzing: it must never panic. Returns how many
/// lines were records.
#[doc(hidden)]
pub fn fuzz_export(bytes: &[u8]) -> usize {
    let (mut reader, mut line) = (bytes, Vec::new());
    let mut records = 0;
    loop {
        match lines::next(&mut reader, &mut line, &mut |_| ()) {
            Ok(Line::Whole | Line::Cut) => records += usize::from(parse(&line).is_some()),
            Ok(Line::TooLong) => {}
            Ok(Line::End) | Err(_) => return records,
        }
    }
}
