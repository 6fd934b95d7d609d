//! The crate through its public API.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends where something is not as it should be"
)]

mod envelope;
mod golden;
mod golden_files;
mod key_ring;
mod mutation;
