//! The Rust parts of steps, one file a step.

// `cargo xtask migrations new` writes above this line.
