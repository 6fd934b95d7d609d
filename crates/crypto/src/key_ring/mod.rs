//! The key ring: everything needed to open a vault, in addition to a secret.

mod body;
mod file;
mod name;
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
