//! One pass over an export: its records in order, and whether it is intact.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Error, Read};

use super::lines::{self, LINE_MAX, Line};
use super::parse::{Parsed, parse};
use super::record::{Record, VERSION};
use super::values::hex;
use crate::encoding::{Encoding, IS_WIDE, encoding};
use crate::error::ImportError;
use privatus_store::{Digest, SystemFault};

/// Receives the records.
pub(super) trait Sink {
    /// A line: its record, or `None` if it is not one.
    fn line(&mut self, parsed: Option<Parsed>, line: &[u8], number: u64) -> Result<(), ImportError>;

    /// The pass has ended, for whatever reason.
    fn ended(&mut self) -> Result<(), ImportError>;
}

/// Why a pass failed.
pub(super) enum Ended {
    /// The file is not an export that this build can read.
    Form(String),
    /// The file is damaged, changed or cut off: what is wrong, and how to get the rest.
    Damage(String, &'static str),
    /// The sink ended the pass.
    Import(ImportError),
}

impl<E: Into<ImportError>> From<E> for Ended {
    fn from(error: E) -> Self {
        Self::Import(error.into())
    }
}

const AGAIN: &str = "export it again for the rest";
const NO_HEADER: &str = "does not begin with a header: not a privatus export";

/// Reads an export from its header to its end; returns the checksum of what was read, which matches the one in the
/// file.
pub(super) fn pass(file: impl Read, sink: &mut impl Sink) -> Result<[u8; 32], Ended> {
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let unreadable = |number: u64, error: &Error| {
        let what = format!(
            "cannot be read from line {number} on: {}",
            SystemFault::words(error)
        );
        Ended::Damage(what, "copy it again")
    };
    if encoding(&mut reader).map_err(|error| unreadable(1, &error))? == Encoding::Wide {
        return Err(Ended::Form(IS_WIDE.into()));
    }
    let mut digest = Digest::new();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut line = Vec::new();
    let (mut number, mut too_long) = (0_u64, None);
    loop {
        number += 1;
        let kind = lines::next(&mut reader, &mut line, &mut |part| digest.update(part))
            .map_err(|error| unreadable(number, &error))?;
        let parsed = match kind {
            Line::Whole => parse(&line),
            // An editor may leave out the last line's end; a complete record without it is accepted.
            Line::Cut if number > 1 && parse(&line).is_some() => parse(&line),
            Line::TooLong => {
                too_long.get_or_insert(number);
                None
            }
            Line::Cut if number == 1 => return Err(Ended::Form(NO_HEADER.into())),
            Line::Cut => {
                sink.ended()?;
                return Err(Ended::Damage(format!("is cut off in line {number}"), AGAIN));
            }
            Line::End if number == 1 => return Err(Ended::Form("is empty".into())),
            Line::End => {
                sink.ended()?;
                let what = format!("is cut off after line {}: its end record is missing", number - 1);
                return Err(Ended::Damage(what, AGAIN));
            }
        };
        let kind = match &parsed {
            Some(Parsed::Record(record)) => record.kind(),
            Some(Parsed::Setting(_)) => "setting",
            None => "",
        };
        match parsed {
            Some(Parsed::Record(Record::Header { format, version })) if number == 1 => {
                check_header(&format, version)?;
            }
            _ if number == 1 => return Err(Ended::Form(NO_HEADER.into())),
            Some(Parsed::Record(Record::End {
                checksum,
                counts: claimed,
            })) => {
                sink.ended()?;
                let sum = digest.finalize();
                // A line of unknown type is not in any count.
                if let Some(line) = too_long.filter(|_| checksum == hex(&sum)) {
                    return Err(Ended::Damage(
                        format!("has a line longer than {LINE_MAX} bytes, line {line}, which was skipped"),
                        "the rest was imported as far as it can be read; this build does not write such a line",
                    ));
                }
                let differs = match (checksum == hex(&sum), claimed == counts) {
                    (true, true) => {
                        nothing_follows(&mut reader, &mut line, number)?;
                        return Ok(sum);
                    }
                    (_, false) => "its counts of records differ",
                    (false, true) => "its checksum differs",
                };
                return Err(Ended::Damage(
                    format!("was changed or damaged: {differs}"),
                    "what can be read was imported; export it again to be sure of the rest",
                ));
            }
            parsed => sink.line(parsed, &line, number)?,
        }
        digest.update(&line);
        *counts.entry(kind.to_owned()).or_default() += 1;
    }
}

fn check_header(format: &str, version: u64) -> Result<(), Ended> {
    if format == "privatus-export" && version == VERSION {
        return Ok(());
    }
    let format: String = format.chars().take(40).collect();
    Err(Ended::Form(format!(
        "has format {format}, version {version}; this build reads privatus-export, version {VERSION}: \
         use the build that wrote it"
    )))
}

/// Only empty lines may follow the end record.
fn nothing_follows(reader: &mut impl BufRead, line: &mut Vec<u8>, end: u64) -> Result<(), Ended> {
    let mut number = end;
    loop {
        number += 1;
        match lines::next(reader, line, &mut |_| ()) {
            Ok(Line::End) => return Ok(()),
            Ok(Line::Whole | Line::Cut) if line.iter().all(u8::is_ascii_whitespace) => {}
            _ => {
                let what =
                    format!("continues after its end record; what follows, from line {number}, was not read");
                return Err(Ended::Damage(what, "export it again"));
            }
        }
    }
}
