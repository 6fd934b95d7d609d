//! The head of the audit log's chain, as a transaction knows it.

/// The head of the chain in this transaction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChainHead {
    /// The highest number ever assigned; the next entry gets the one after it.
    pub(crate) given: i64,
    pub(crate) mac: [u8; 32],
}
