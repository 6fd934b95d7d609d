#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod blob;
pub mod functions;
mod limit;
mod number;
mod object;
mod objects;
mod position;
mod rowid;
pub mod sql_types;
#[allow(missing_docs, reason = "generated: docs/DATA_MODEL.md describes each column")]
mod tables;
mod text;
mod wrong_type;

pub use blob::SqlBlob;
pub use limit::{LimitLiteral, Limited};
pub use number::{Flag, SqlInt, SqlReal};
pub use object::Object;
pub use objects::OBJECTS;
pub use position::object_position;
pub use rowid::{Rowid, rowid};
pub use tables::*;
pub use text::{DbId, ID_CHARS, SqlDate, SqlText, SqlTime, TimeText};
pub use wrong_type::WrongType;
