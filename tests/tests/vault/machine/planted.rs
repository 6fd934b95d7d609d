//! Bugs planted in the model, one at a time: a comparison that finds none of them shows nothing.

use crate::machine::bugs::{Bug, plant};
use crate::machine::model::Model;
use crate::machine::run::goes_wrong;
use crate::machine::step::Step;
use crate::machine::vault::VaultStep::Reopen;

/// Stories in which a bug must appear; the first that fails is the last.
const STORIES: u32 = 300;
const LENGTH: usize = 120;

#[test]
fn every_planted_bug_is_found() {
    // Otherwise every bug would be found because of what already fails without it.
    assert_eq!(goes_wrong([7; 32], STORIES / 30, LENGTH, |_| true), None);
    let mut missed = Vec::new();
    for bug in Bug::ALL {
        // The same seed for all: what is found today is found tomorrow.
        plant(Some(bug));
        let why = goes_wrong([7; 32], STORIES, LENGTH, |story| is_seen(bug, story));
        plant(None);
        // Found by a comparison: a model that panics by itself finds nothing.
        if !why.is_some_and(|why| why.starts_with("assertion `left == right` failed")) {
            missed.push(bug);
        }
    }
    assert!(missed.is_empty(), "not found: {missed:?}");
}

/// Whether the planted bug makes the model say anything else in this story. Where it does not, the store would be
/// compared with the sound model once more, which takes most of the time and finds no bug.
fn is_seen(bug: Bug, story: &[Step]) -> bool {
    if bug.is_in_comparisons() {
        return true;
    }
    let (mut sound, mut other) = (Model::default(), Model::default());
    let end = Step::Vault(Reopen(0));
    let differs = story.iter().chain([&end]).any(|step| {
        plant(None);
        let due = sound.step(step);
        plant(Some(bug));
        other.step(step) != due || format!("{other:?}") != format!("{sound:?}")
    });
    plant(Some(bug));
    differs
}
