//! The reader of the earlier Python application's databases, against databases made for it.
#![allow(missing_docs, unreachable_pub)]

mod damaged;
mod golden;
mod into_vault;
mod keys;
mod maker;
mod mutation;
mod records;
mod source;
