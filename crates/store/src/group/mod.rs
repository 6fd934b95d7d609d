//! Groups and their members: created, changed, handed over, removed; each rule asked in the transaction of the change.

mod anonymous;
mod change;
mod contact;
mod create;
mod key;
mod leave;
mod member;
mod read;
mod restore;
mod role;
mod settle;

pub use restore::RestoredGroup;
