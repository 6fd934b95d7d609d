//! Bugs planted in the store and the rules, one at a time: a machine that finds none of them shows nothing.

use privatus_domain::planted_bugs::{Bug, plant};

use crate::run::goes_wrong;

/// Stories that one bug has to show itself in; the first that goes wrong is the last.
const STORIES: u32 = 300;
const LENGTH: usize = 120;

#[test]
fn every_planted_bug_is_found() {
    // Or each would be found in what is wrong without it.
    assert!(!goes_wrong([7; 32], STORIES / 30, LENGTH));
    let missed: Vec<Bug> = Bug::ALL.into_iter().filter(|bug| !is_found(*bug)).collect();
    assert!(missed.is_empty(), "not found: {missed:?}");
}

fn is_found(bug: Bug) -> bool {
    // The same seed for all: what is found today is found tomorrow.
    plant(Some(bug));
    let is_found = goes_wrong([7; 32], STORIES, LENGTH);
    plant(None);
    is_found
}
