#![doc = include_str!("../README.md")]
#![allow(unsafe_code)]

mod capture;
mod checkpoint;
mod connection;
mod counters;
mod error;
pub mod fault;
mod handle;
mod key;
mod library;
mod limit;
mod open;
mod query;
mod script;
mod statement;
mod uri;

pub use checkpoint::{Checkpoint, CheckpointMode};
pub use connection::Connection;
pub use counters::{Counters, count_from_opening};
pub use error::{ConstraintKind, ErrorCode, SqliteError};
pub use handle::InterruptHandle;
pub use key::RawKey;
pub use library::{LibraryInfo, library};
pub use limit::Limit;
pub use open::{OpenMode, OpenOptions, PageMac};
pub use query::{Column, Row, Value};
