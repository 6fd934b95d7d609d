//! Connections of the store, their statements, and the check of the schema.

pub(crate) mod at_most;
pub(crate) mod cell;
mod configure;
pub(crate) mod connection;
pub(crate) mod decode;
pub(crate) mod failed;
pub(crate) mod hot;
pub(crate) mod one_row;
pub(crate) mod pool;
pub(crate) mod real_tables;
pub(crate) mod schema_fault;
pub(crate) mod schema_rows;
pub(crate) mod schema_texts;
pub(crate) mod statement;
mod unread;
#[cfg(feature = "testing")]
pub(crate) mod work_done;

#[cfg(test)]
mod tests;
