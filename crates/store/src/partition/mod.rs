//! Partitions: the months that a vault has, each with a table and a key of its own, and the two ends of time.

pub(crate) mod catalogue;
mod create;
pub(crate) mod found;
mod mend;
pub(crate) mod row_key;
pub(crate) mod schema;
mod state;
pub(crate) mod table;
