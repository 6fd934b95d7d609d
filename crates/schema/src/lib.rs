#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[allow(missing_docs, reason = "generated: docs/DATA_MODEL.md describes each column")]
mod tables;

pub use tables::*;
