//! Where the chain of the audit log stands, as a transaction knows it.

/// Where the chain stands in this transaction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChainHead {
    /// The highest number ever given; the next entry gets the one after it.
    pub(crate) given: i64,
    pub(crate) mac: [u8; 32],
}
