//! Tests that need what the public API does not show.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod drawn;
mod example;
mod keys;
mod limits;
mod note;
mod primitives;
mod recovery_code;
mod tampering;
