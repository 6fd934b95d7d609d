//! The store through its public API. Tests of two processes, and of crashes, start this program again.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test ends where something is not as it should be, and looks at a vault's files past the store"
)]

mod access;
mod audited;
mod examples;
mod faults;
mod fixture;
mod groups;
mod healing;
mod history;
mod hot_paths;
mod opening;
#[cfg(unix)]
mod processes;
mod settings;
mod transfers;
mod upgrade;
