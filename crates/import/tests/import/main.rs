//! The readers of other programs' files, over files of theirs and over damaged ones.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends where something is not as it should be"
)]

mod legacy;
mod mutation;
mod telegram;
