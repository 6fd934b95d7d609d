//! Our own export format, JSON Lines: written from one snapshot in a fixed order, and read record by record.
//!
//! The records are `header`, then `contact`, `group`, `setting`, `grant`, `statistic`, `transfer`, `conversation`, its
//! `message`s oldest first, …, then `end` with counts and the BLAKE2b-256 of every byte before it. It contains no time
//! of export: an unchanged vault gives the same bytes.
//!
//! The checksum detects damage, but does not show who wrote the file: an import takes content, and rights only from a
//! [`Vouched`] export.

mod contact;
mod export_error;
mod grant;
mod group;
mod group_fate;
mod group_rights;
mod import;
mod json_member;
mod lines;
mod message;
mod open;
mod parse;
mod pass;
mod read;
mod record;
mod record_error;
mod setting;
mod statistic;
mod transfer;
mod values;
mod vouched;
mod write;

pub use export_error::ExportError;
pub use import::{Trust, import};
#[doc(hidden)]
pub use parse::fuzz_export;
pub use record::VERSION;
pub use vouched::Vouched;
pub use write::export;
