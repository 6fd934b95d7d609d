//! A step's number.

/// A step's number: the digits of its folder's name, diesel's own version.
pub type Version = i64;
