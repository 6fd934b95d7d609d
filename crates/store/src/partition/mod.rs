//! Partitions: the months of a vault, each with its own table and key, and the two tables for times outside them.

pub(crate) mod catalogue;
mod create;
pub(crate) mod found;
mod mend;
pub(crate) mod row_key;
pub(crate) mod schema;
mod state;
pub(crate) mod table;
