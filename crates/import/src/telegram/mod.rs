//! Telegram Desktop's JSON export: one chat or a whole account.
//!
//! Two streaming passes: the first reads headers, counts and who writes where, since a chat's name may follow its
//! messages; the second imports. Memory does not grow with the file.

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
