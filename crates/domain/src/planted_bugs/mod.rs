//! Bugs that a test plants, one at a time: a test that finds none of them shows nothing. They are there with the feature
//! `planted` alone, which no build of the tool has.

#[cfg(feature = "planted")]
mod bugs;

#[cfg(feature = "planted")]
pub use bugs::{Bug, is_planted, plant};

/// Whether a bug is planted; never, without the feature `planted`.
#[cfg(feature = "planted")]
#[macro_export]
macro_rules! planted {
    ($bug:ident) => {
        $crate::planted_bugs::is_planted($crate::planted_bugs::Bug::$bug)
    };
}

/// Whether a bug is planted; never, without the feature `planted`.
#[cfg(not(feature = "planted"))]
#[macro_export]
macro_rules! planted {
    ($bug:ident) => {
        false
    };
}
