//! The keys in `key_store`: finding, creating and listing them, checking their rows, and counting their use.

mod list;
mod look;
mod loss;
mod mend;
pub(crate) mod role;
mod search;
mod standing;
pub(crate) mod survey;
pub(crate) mod table_key;
pub(crate) mod usage;
