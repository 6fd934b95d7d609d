//! Groups and their members: creating, changing, handing over and removing them. Every rule is checked in the
//! transaction of the change.

mod anonymous;
mod change;
mod contact;
mod create;
mod key;
mod leave;
mod member;
mod owner;
mod read;
mod restore;
mod role;

pub use restore::RestoredGroup;
