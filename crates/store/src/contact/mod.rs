//! Contacts: creating, changing, finding, verifying and blocking them, and removing them with everything that depends
//! on them.

mod change;
mod create;
mod key;
mod list;
mod search;
#[cfg(test)]
mod tests;

pub use key::safety_number;
