//! Transactions: a read sees one snapshot and cannot write; a write holds the one write connection.

pub(crate) mod chain_head;
pub(crate) mod cursors;
pub(crate) mod gathered;
pub(crate) mod key_cache;
pub(crate) mod queue;
mod read;
pub(crate) mod shared;
mod write;

pub use read::ReadTx;
pub use write::WriteTx;
