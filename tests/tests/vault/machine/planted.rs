//! Bugs planted in the model, one at a time: a comparison that finds none of them shows nothing.

use crate::machine::bugs::{Bug, plant};
use crate::machine::run::goes_wrong;

/// Stories that one bug has to show itself in; the first that goes wrong is the last.
const STORIES: u32 = 300;
const LENGTH: usize = 120;

#[test]
fn every_planted_bug_is_found() {
    // Or each would be found in what is wrong without it.
    assert_eq!(goes_wrong([7; 32], STORIES / 30, LENGTH), None);
    let mut missed = Vec::new();
    for bug in Bug::ALL {
        // The same seed for all: what is found today is found tomorrow.
        plant(Some(bug));
        let why = goes_wrong([7; 32], STORIES, LENGTH);
        plant(None);
        // Found by a comparison: a model that panics by itself finds nothing.
        if !why.is_some_and(|why| why.starts_with("assertion `left == right` failed")) {
            missed.push(bug);
        }
    }
    assert!(missed.is_empty(), "not found: {missed:?}");
}
