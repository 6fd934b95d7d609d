//! The audit log (docs/DESIGN.md, section 8): each entry has a keyed MAC over the previous entry's MAC and its own
//! columns.

mod accept_loss;
mod append;
mod books;
mod by_filter;
mod chain;
mod checkpoint;
mod counters;
mod head;
mod list;
mod losses;
mod numbers;
mod prune;
pub(crate) mod security_events;
#[cfg(test)]
mod tests;
pub(crate) mod told;
mod unchained;
mod unread;
mod verify;

/// Type and scope of the audit key in `key_store`.
const KEY: (&str, &str) = ("audit", "audit_log");

pub use losses::{AuditLoss, AuditRanges};
pub use verify::AuditCheck;
