//! Rows of `security_events`: what a person should look at, and what they found.

mod many_failures;
mod read;
mod resolve;
pub(crate) mod strange;
#[cfg(test)]
mod tests;
pub(in crate::audit) mod unread;
mod write;
