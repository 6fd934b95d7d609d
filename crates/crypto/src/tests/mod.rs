//! Tests that need what the public API does not show.

mod example;
mod keys;
mod limits;
mod note;
mod primitives;
mod recovery_code;
mod tampering;
