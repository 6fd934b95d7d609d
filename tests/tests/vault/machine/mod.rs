//! The store compared with a model in memory of everything in it: both take the same random steps, including those that
//! break a rule, and every query is compared after each.
//!
//! `cargo xtask soak --minutes N` runs it for longer; `PRIVATUS_SOAK_SEED` repeats a run.

mod access;
mod audit;
mod bound;
mod bugs;
mod contacts;
mod exported;
mod groups;
mod keys;
mod messages;
mod model;
mod outcome;
mod planted;
mod run;
mod security;
mod settings;
mod soak;
mod step;
mod transfers;
mod usage;
mod vault;
mod world;

use crate::machine::run::{Failed, tell};

/// Stories of one run of the suite, and the most steps of one.
const STORIES: u32 = 40;
const LENGTH: usize = 80;

#[test]
fn the_store_is_what_the_model_says() {
    let seed = soak::seed();
    if let Err(Failed { story, why }) = tell(seed, STORIES, LENGTH) {
        panic!("seed {}\n{story:#?}\n{why}", soak::hex(&seed));
    }
    // A run that took no steps shows nothing.
    assert!(run::steps_taken() > u64::from(STORIES));
}
