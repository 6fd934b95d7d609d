//! Tests that need more than the public API.

mod drawn;
mod example;
mod keys;
mod limits;
mod note;
mod primitives;
mod recovery_code;
mod tampering;
