//! Groups and their members: created, changed, handed over, removed; each rule asked in the transaction of the change.

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
