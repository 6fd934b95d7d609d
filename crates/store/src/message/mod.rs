//! Messages: written to their month, read by id or in pages, their bodies sealed one by one.

mod begun;
mod content;
mod free_key;
pub(crate) mod insert;
mod page;
mod read_state;
pub(crate) mod row;
pub(crate) mod sender;

pub use insert::Inserted;
pub use page::{PAGE_MAX, Page, PageStart};
