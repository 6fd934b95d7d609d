//! A vault on disk: created whole or not at all, opened in a fixed order, each refusal with its own name.

mod attempts;
mod building;
mod create;
mod files;
mod open;
mod password;
mod registry;
mod rings;

pub(crate) use files::{Files, disk_is_full};
pub use open::{VaultKeys, VaultOptions};
pub(crate) use registry::OpenGuard;
