//! Creating a vault with rows from another database. They are written as they come, before the vault is visible.

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
