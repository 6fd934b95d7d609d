#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod authority;
pub mod baseline;
mod encoding;
mod error;
mod insert;
pub mod legacy;
pub mod legacy_import;
mod newcomers;
mod note;
pub mod privatus;
mod report;
mod source_file;
pub mod steering;
pub mod telegram;

pub use authority::{AuthorityItem, AuthorityKind, TrustedItem};
pub use error::ImportError;
pub use note::{Advice, Note};
pub use report::{OnProgress, Progress, Report};
