#![doc = include_str!("../README.md")]
#![allow(unsafe_code)]

mod at_exit;
mod broken_schema;
mod capture;
mod checkpoint;
mod connection;
mod error;
mod failed_read;
#[cfg(feature = "testing")]
pub mod fault;
mod file_size_limit;
mod handle;
mod key;
mod library;
mod limit;
mod no_follow;
mod open;
mod options;
mod query;
mod row;
mod script;
mod state;
mod statement;
mod statement_cache;
#[cfg(feature = "testing")]
pub mod testing;
mod uri;
mod value;
mod work;

pub use checkpoint::{Checkpoint, CheckpointMode};
pub use connection::Connection;
pub use error::{ConstraintKind, ErrorCode, SqliteError};
pub use file_size_limit::answer_file_size_limit;
pub use handle::InterruptHandle;
pub use key::RawKey;
pub use library::{LibraryInfo, library};
pub use limit::Limit;
pub use options::{OpenMode, OpenOptions, PageMac};
pub use row::Row;
pub use value::{Column, Value};
pub use work::WorkLimit;
