//! What is in a vault: its tables, its formats, its behaviour compared with a model, what a kill leaves, and what is
//! readable on disk.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test ends where something is not as it should be, and looks at a vault's files past the store"
)]

mod baseline;
mod filled;
mod fixtures;
mod formats;
mod machine;
mod relations;
mod restart;
mod schema;
mod secrecy;
#[cfg(unix)]
mod secrecy_columns;
mod spec_statements;
mod split;
