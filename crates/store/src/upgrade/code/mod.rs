//! The Rust parts of migration steps, one file for each step.

// `cargo xtask migrations new` writes above this line.
