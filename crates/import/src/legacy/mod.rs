//! The databases of the earlier Python application, both generations.
//!
//! Such a database is a plain SQLite file with three tables; `messages.content` and `settings.value` are Fernet tokens
//! under a key that PBKDF2 derives from a password. [`Source`] opens the file without changing it,
//! [`Source::find_keys`] finds the iteration counts, which are stored nowhere, and [`Source::records`] returns plain
//! records, page by page. This module does not depend on the store.

mod cell;
mod chain;
mod damage;
mod error;
mod fernet;
mod first_generation;
mod keys;
mod local_time;
mod locate;
mod open;
mod probe;
mod problem;
mod record;
mod records;
mod rows;
mod search;
mod source;
mod survey;

pub use chain::Chain;
pub use error::LegacyError;
pub use keys::{FoundKey, FoundKeys, KeyOrigin, SearchEnd};
pub use local_time::{Zone, ZoneOrigin};
pub use probe::ProbeSet;
pub use problem::{Problem, Reason, Table};
pub use record::{Contact, Item, Message, Record, Setting};
pub use records::{Records, Summary};
pub use rows::MAX_TEXT_BYTES;
pub use search::{DEFAULT_MAX_ITERATIONS, SearchOptions, SearchProgress};
pub use source::{Counts, Source};

/// Parses bytes as a Fernet token under a key of zeros and as a time; for fuzzing: it must never panic. Returns
/// whether either could be read.
#[doc(hidden)]
pub fn fuzz_field(bytes: &[u8]) -> bool {
    let token = fernet::Token::parse(bytes).ok();
    let opened = token.and_then(|token| fernet::FernetKey::from_bytes(&[0; 32]).open(&token));
    let zone = Zone::utc();
    let time = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| zone.convert(text));
    opened.is_some() || time.is_some()
}
