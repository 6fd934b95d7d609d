//! Keys of `key_store`: found and made, listed, and how often they are used.

mod list;
pub(crate) mod role;
pub(crate) mod table_key;
pub(crate) mod usage;
