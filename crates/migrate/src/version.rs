//! A step's number.

/// A step's number: the digits of its folder's name, which is diesel's version.
pub type Version = i64;
