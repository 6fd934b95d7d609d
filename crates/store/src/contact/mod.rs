//! Contacts: created, changed, found, verified, blocked, removed with everything that hangs on them.

mod change;
mod create;
mod key;
mod list;
mod search;
#[cfg(test)]
mod tests;

pub use key::safety_number;
