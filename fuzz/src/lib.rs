//! The properties that the fuzz targets check, one module a crate.
#![forbid(unsafe_code)]

pub mod crypto;
pub mod import;
