//! Sums over the statements of a connection.

use std::sync::atomic::{AtomicBool, AtomicU64};

/// The running sums, written by the trace callback.
#[derive(Default)]
pub(crate) struct StatementTotals {
    pub(crate) counting: AtomicBool,
    pub(crate) prepared: AtomicU64,
    pub(crate) reprepared: AtomicU64,
    pub(crate) transaction: AtomicU64,
    pub(crate) run: AtomicU64,
    pub(crate) fullscan_steps: AtomicU64,
    pub(crate) sorts: AtomicU64,
    pub(crate) auto_index_rows: AtomicU64,
    pub(crate) vm_steps: AtomicU64,
}
