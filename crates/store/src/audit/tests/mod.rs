//! The chain: whatever is altered is named, and a long log is checked a batch at a time.

mod long;
mod tampered;
