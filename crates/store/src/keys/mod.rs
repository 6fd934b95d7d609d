//! Keys of `key_store`: found and made, listed, and how often they are used.

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
