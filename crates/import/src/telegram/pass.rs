//! One pass over an export's bytes: opening, walking to the end, and why it ended.

use std::io::{BufReader, Read};
use std::path::Path;

use privatus_store::SystemFault;
use serde::de::DeserializeSeed;

use super::mend::Mender;
use super::walk::{Root, STOPPED, Walker};
use crate::encoding::{Encoding, IS_WIDE, encoding};
use crate::error::ImportError;
use crate::source_file;

/// How a pass over the file ended.
pub(super) enum Ended {
    Whole,
    Stopped,
}

/// Runs one pass.
pub(super) fn pass<W: Walker>(path: &Path, walker: &mut W) -> Result<Ended, ImportError> {
    let source = |why: String| ImportError::Source {
        path: path.to_owned(),
        why,
    };
    let file = source_file::open(path, "name the result.json in it")?;
    walk(file, walker).map_err(source)
}

/// Runs one pass over bytes.
pub(super) fn walk<W: Walker>(bytes: impl Read, walker: &mut W) -> Result<Ended, String> {
    let file = bytes;
    let mut file = BufReader::with_capacity(1 << 16, file);
    match encoding(&mut file) {
        Ok(Encoding::Utf8) => {}
        Ok(Encoding::Wide) => return Err(IS_WIDE.into()),
        Err(error) => return Err(format!("cannot be read: {}", SystemFault::words(&error))),
    }
    let mut filter = Mender::new(file);
    let mut has_chats = false;
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, &mut filter));
    let walked = Root {
        walker: &mut *walker,
        has_chats: &mut has_chats,
    }
    .deserialize(&mut json)
    .and_then(|()| json.end());
    drop(json);
    walker.mended(filter.mended);
    match walked {
        Ok(()) if has_chats => Ok(Ended::Whole),
        Ok(()) => Err("is JSON, but has neither `messages` nor `chats`: not a Telegram export".into()),
        Err(error) if error.to_string().starts_with(STOPPED) => Ok(Ended::Stopped),
        Err(error) => Err(explain(&error, has_chats)),
    }
}

/// Says where and what is wrong, never with text from the file.
fn explain(error: &serde_json::Error, has_chats: bool) -> String {
    let place = format!("line {}, column {}", error.line(), error.column());
    match error.classify() {
        serde_json::error::Category::Eof if error.line() <= 1 && error.column() == 0 => "is empty".into(),
        serde_json::error::Category::Eof => format!("is cut off at {place}; export it again for the rest"),
        serde_json::error::Category::Io => format!("cannot be read from {place} on; copy it again"),
        _ if error.to_string().contains("invalid unicode code point") => {
            format!("is not UTF-8 at {place}: it was changed or damaged; export it again")
        }
        _ if has_chats => {
            format!("is not valid JSON from {place} on: it was changed or damaged; export it again")
        }
        _ => {
            format!("is not a Telegram export in JSON ({place}); in Telegram Desktop choose the format JSON")
        }
    }
}
