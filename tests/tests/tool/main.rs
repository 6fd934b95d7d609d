//! The built tool, typed as a person types it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test ends where something is not as it should be, and looks at a vault's files past the store"
)]

mod access;
mod audit;
mod bad_input;
mod chats;
mod command_list;
mod commands;
mod contacts;
mod export;
mod find;
mod groups;
mod keys;
mod migrate;
mod mistakes;
mod names;
mod readme;
mod release_binary;
mod secrets;
mod security;
mod settings;
mod show;
mod stats;
mod stories;
mod transfers;
