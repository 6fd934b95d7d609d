//! The fuzz targets' functions on stable Rust: over the corpus, and over mutations of it.
#![allow(unreachable_pub, reason = "the fuzz workspace has the module as its own")]

#[path = "../../../../fuzz/src/crypto.rs"]
mod targets;

#[path = "../../../../fuzz/src/mutate.rs"]
mod mutate;

use mutate::{RUNS, run};

#[test]
fn envelope() {
    // Splicing an entry with itself can return it unchanged.
    run("envelope", 3, targets::envelope, RUNS / 50);
}

#[test]
fn key_ring() {
    run("key_ring", 3, targets::key_ring, RUNS / 20);
}

#[test]
fn recovery_code() {
    // Separators and case are ignored, and a 10-bit checksum accepts one in 1,024.
    run("recovery_code", 3, targets::recovery_code, RUNS / 5);
}

#[test]
fn what_the_corpus_of_envelopes_was_made_with_still_opens() {
    for plaintext in [&b""[..], b"x", &[0; 300]] {
        assert!(targets::envelope(&targets::seal_for_corpus(plaintext)));
    }
}
