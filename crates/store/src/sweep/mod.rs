//! Work that is done a bounded batch at a time, at an open or later.

mod late_messages;
mod removals;
