//! Rows of `security_events`: what a person should look at, and what was found when somebody did.

mod many_failures;
mod read;
mod resolve;
#[cfg(test)]
mod tests;
mod write;
