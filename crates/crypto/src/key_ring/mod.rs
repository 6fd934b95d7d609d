//! The key ring: everything needed, besides a secret, to open a vault.

mod body;
mod file;
mod note;
mod ring;
mod slot;
mod unlock;
mod unlocked;

pub use file::MAX_KEY_RING_BYTES;
pub use note::{AuditNote, Noted};
pub use ring::KeyRing;
pub use slot::{SlotInfo, SlotKind};
pub use unlocked::Unlocked;
