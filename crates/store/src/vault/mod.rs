//! A vault on disk: created whole or not at all, opened in a fixed order, each refusal with its own name.

mod attempts;
mod building;
mod create;
pub(crate) mod doubt;
mod files;
mod generation;
mod healing;
mod leftovers;
pub(crate) mod locks;
mod mount;
mod open;
mod open_to_others;
mod open_to_read;
mod options;
mod ours;
mod password;
mod place;
mod registry;
mod ring_copies;
pub(crate) mod ring_note;
mod rings;
mod snapshot_files;
mod snapshot_note;
pub(crate) mod stale_transfers;
mod standing;

pub(crate) use files::Files;
pub(crate) use mount::Mount;
pub use open::VaultKeys;
pub(crate) use open::{Closed, unlock_files};
pub use options::VaultOptions;
pub(crate) use ours::{check_ours, raw_key, share};
pub(crate) use registry::OpenGuard;
pub use registry::is_in_open_vault;
