//! Tests that need more than the public API.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod example;
mod keys;
mod limits;
mod note;
mod primitives;
mod recovery_code;
mod tampering;
