//! The fuzz targets' functions on stable Rust: over the corpus, and over mutations of it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]
#![allow(unreachable_pub, reason = "the fuzz workspace has the module as its own")]

#[path = "../../../fuzz/src/import.rs"]
mod targets;

#[path = "../../../fuzz/src/mutate.rs"]
mod mutate;

use mutate::{RUNS, run};

#[test]
fn telegram_export() {
    // What stands before the damage is kept: most mutations still hold a message.
    run("telegram_export", 3, targets::telegram_export, RUNS);
}

#[test]
fn privatus_export() {
    run("privatus_export", 2, targets::privatus_export, RUNS);
}

#[test]
fn legacy_field() {
    // A digit of a time may become another; a token has a MAC.
    run("legacy_field", 3, targets::legacy_field, RUNS / 2);
}
