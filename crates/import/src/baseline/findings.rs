//! What is met while rows are read, and told when all are there.

/// Counts of what became another than it was.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Deleted messages that still had a content.
    pub(super) deleted: u64,
    /// Of those, with a row in `message_content`.
    pub(super) deleted_large: u64,
    /// Messages whose own content is no beginning of the large one beside it.
    pub(super) differing: u64,
    /// Contacts that were verified without a key.
    pub(super) unverified: u64,
    /// Contacts that are verified.
    pub(super) verified: u64,
    /// Grants of access control that a build reads.
    pub(super) grants: u64,
    /// Rows of access control that none reads.
    pub(super) unread_grants: u64,
    /// Members that own a group or are its admins.
    pub(super) roles: u64,
    /// The public key of the vault's own user is among the settings.
    pub(super) own_key: bool,
}
