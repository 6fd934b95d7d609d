//! Our own export, JSON Lines: written from one snapshot in a fixed order, read back record by record.
//!
//! `header`, then `contact`, `group`, `setting`, `grant`, `statistic`, `transfer`, `conversation`, its `message`s oldest first, …, then `end` with counts
//! and the BLAKE2b-256 of every byte before it. No clock is in it: an unchanged vault gives the same bytes.
//!
//! The checksum tells damage, and not who wrote it: an import takes content, and rights only out of a [`Vouched`] export.

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
