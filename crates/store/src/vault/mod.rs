//! A vault on disk: created whole or not at all, opened in a fixed order, each refusal with its own name.

mod attempts;
mod building;
mod create;
pub(crate) mod doubt;
mod doubt_look;
mod files;
pub(crate) mod generation;
pub(crate) mod healing;
mod leftovers;
pub(crate) mod locks;
mod mount;
mod open;
mod open_to_others;
pub(crate) mod open_to_read;
mod options;
mod ours;
mod password;
mod place;
mod raw_key;
mod registry;
mod ring_copies;
pub(crate) mod ring_note;
pub(crate) mod rings;
mod snapshot_files;
mod snapshot_note;
pub(crate) mod stale_transfers;
mod standing;

pub(crate) use files::Files;
pub(crate) use mount::Mount;
pub use open::VaultKeys;
pub(crate) use open::{Closed, unlock_files};
pub use options::VaultOptions;
pub(crate) use ours::{check_ours, share};
pub(crate) use raw_key::raw_key;
pub(crate) use registry::OpenGuard;
pub use registry::is_in_open_vault;
