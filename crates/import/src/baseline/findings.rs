//! What was found while reading the rows, reported at the end.

/// Counts of values that were changed or are of interest.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Deleted messages that still had content.
    pub(super) deleted: u64,
    /// Of those, the ones with a row in `message_content`.
    pub(super) deleted_large: u64,
    /// Messages whose own content is not a prefix of their large content.
    pub(super) differing: u64,
    /// Contacts marked as verified that have no key.
    pub(super) unverified: u64,
    /// Verified contacts.
    pub(super) verified: u64,
    /// Grants of access control that this build reads.
    pub(super) grants: u64,
    /// Rows of access control that no build reads.
    pub(super) unread_grants: u64,
    /// Members who are owners or admins of a group.
    pub(super) roles: u64,
    /// Whether the settings contain the public key of the vault's own user.
    pub(super) own_key: bool,
}
