//! Telegram Desktop's JSON export: one chat or a whole account.
//!
//! Two streaming passes: the first reads headers, counts and who writes where, since a chat's name may follow its
//! messages; the second imports. Memory does not grow with the file.

mod convert;
mod ids;
mod import;
mod me;
mod parse;
mod surrogate;
mod survey;
mod walk;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use serde::de::DeserializeSeed;

use crate::error::ImportError;
use crate::start::{Start, WIDE, start};
use surrogate::SurrogateFilter;
use walk::{Root, STOPPED, Walker};

pub use import::{Options, import};

/// How a pass over the file ended.
enum Ended {
    Whole { surrogates: u64 },
    Stopped,
}

/// Runs one pass.
fn pass<W: Walker>(path: &Path, walker: &mut W) -> Result<Ended, ImportError> {
    let source = |why: String| ImportError::Source {
        path: path.to_owned(),
        why,
    };
    let metadata =
        std::fs::metadata(path).map_err(|error| source(format!("cannot be read: {}", error.kind())))?;
    if metadata.is_dir() {
        return Err(source("is a folder; name the result.json in it".into()));
    }
    let file = File::open(path).map_err(|error| source(format!("cannot be read: {}", error.kind())))?;
    walk(file, walker).map_err(source)
}

/// Walks over bytes as an export; for fuzzing: it must only never panic. Gives how many entries were messages that can
/// be read.
#[doc(hidden)]
pub fn fuzz_export(bytes: &[u8]) -> u64 {
    let mut readable = Readable(0, crate::legacy::Zone::utc());
    // Cut off or damaged, it gave what stands before.
    let _ended = walk(bytes, &mut readable);
    let mut survey = survey::Survey::default();
    let _ended = walk(bytes, &mut survey);
    let _me = (survey.me(None), survey.me(Some("Ann")));
    readable.0
}

struct Readable(u64, crate::legacy::Zone);

impl Walker for Readable {
    fn message(&mut self, _: usize, message: serde_json::Value) -> bool {
        self.0 += u64::from(parse::message(&message, &self.1).is_ok());
        true
    }

    fn begin(&mut self, _: usize, _: &walk::Header) {}

    fn chat(&mut self, _: usize, _: walk::Header) -> bool {
        true
    }

    fn user(&mut self, _: String) {}

    fn odd(&mut self, _: &'static str) {}
}

fn walk<W: Walker>(bytes: impl Read, walker: &mut W) -> Result<Ended, String> {
    let file = bytes;
    let mut file = BufReader::with_capacity(1 << 16, file);
    match start(&mut file) {
        Ok(Start::Utf8) => {}
        Ok(Start::Wide) => return Err(WIDE.into()),
        Err(error) => return Err(format!("cannot be read: {}", error.kind())),
    }
    let mut filter = SurrogateFilter::new(file);
    let mut seen = false;
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, &mut filter));
    let walked = Root {
        walker,
        seen: &mut seen,
    }
    .deserialize(&mut json)
    .and_then(|()| json.end());
    drop(json);
    match walked {
        Ok(()) if seen => Ok(Ended::Whole {
            surrogates: filter.replaced,
        }),
        Ok(()) => Err("is JSON, but has neither `messages` nor `chats`: not a Telegram export".into()),
        Err(error) if error.to_string().starts_with(STOPPED) => Ok(Ended::Stopped),
        Err(error) => Err(explain(&error, seen)),
    }
}

/// Says where and what, never with text of the file.
fn explain(error: &serde_json::Error, seen: bool) -> String {
    let place = format!("line {}, column {}", error.line(), error.column());
    match error.classify() {
        serde_json::error::Category::Eof if error.line() <= 1 && error.column() == 0 => "is empty".into(),
        serde_json::error::Category::Eof => format!("is cut off at {place}; export it again for the rest"),
        serde_json::error::Category::Io => format!("cannot be read on from {place}; copy it again"),
        _ if error.to_string().contains("invalid unicode code point") => {
            format!("is not UTF-8 at {place}: it was changed or damaged; export it again")
        }
        _ if seen => format!("is not valid JSON from {place} on: it was changed or damaged; export it again"),
        _ => {
            format!("is not a Telegram export in JSON ({place}); in Telegram Desktop choose the format JSON")
        }
    }
}
