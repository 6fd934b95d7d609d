//! The audit log (DESIGN section 8): each entry carries a keyed MAC over the one before it and its own columns.

mod append;
mod chain;
mod list;
mod prune;
mod verify;

pub(crate) use append::Head;
pub use verify::AuditCheck;
