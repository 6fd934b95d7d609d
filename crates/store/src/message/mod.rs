//! Messages: stored in their month's table, read by id or in pages, each body sealed separately.

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
