//! A vault that is made with rows from elsewhere: they go in as they come, before anybody sees it.

mod messages;
mod rows;
mod table;
#[cfg(test)]
mod tests;
mod unfinished;

pub use messages::RawMessage;
pub use rows::RawRows;
pub use table::{RawTable, RawValue};
pub use unfinished::UnfinishedVault;
