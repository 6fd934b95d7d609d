//! Telegram Desktop's JSON export: one chat or a whole account.
//!
//! Two streaming passes: the first reads headers, counts, and who writes where, since a chat's name may follow its
//! messages; the second imports. Memory use does not grow with the file.

mod chat;
mod convert;
mod entry;
mod header;
mod ids;
mod import;
mod kind;
mod me;
mod mend;
mod notes;
mod order;
mod parse;
mod pass;
mod survey;
mod walk;

use pass::walk;
use walk::Walker;

pub use import::{Options, import, import_again};

/// Walks over bytes as an export; for fuzzing: it must never panic. Returns how many entries were readable messages.
#[doc(hidden)]
pub fn fuzz_export(bytes: &[u8]) -> u64 {
    let mut readable = Readable(0, crate::legacy::Zone::utc());
    // If cut off or damaged, it has returned everything before.
    let _ended = walk(bytes, &mut readable);
    let mut survey = survey::Survey::default();
    let _ended = walk(bytes, &mut survey);
    let _me = (survey.me(None), survey.me(Some("Ann")));
    readable.0
}

struct Readable(u64, crate::legacy::Zone);

impl Walker for Readable {
    fn message(&mut self, _: usize, message: serde_json::Value) -> bool {
        self.0 += u64::from(parse::message(&message, &self.1, &|_, _| true).is_ok());
        true
    }

    fn begin(&mut self, _: usize, _: &walk::Header) {}

    fn chat(&mut self, _: usize, _: walk::Header) -> bool {
        true
    }

    fn user(&mut self, _: String) {}

    fn odd(&mut self, _: &'static str) {}
}
