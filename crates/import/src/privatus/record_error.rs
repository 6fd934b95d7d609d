//! Why one record of an export is left out, or ends the import.

use privatus_store::StoreError;

/// A record that does not come over.
#[derive(Debug, thiserror::Error)]
pub(super) enum RecordError {
    /// A member is nobody.
    #[error("a member has no contact")]
    NoContact,
    /// A member of a group that somebody vouches for is the vault's own user, and was listed as somebody else.
    #[error("a member has the id of the vault's own user, whom an export names `me`")]
    OwnById,
    /// Settings that stood sealed in a vault are none.
    #[error("a group's settings are not JSON")]
    SettingsNotJson,
    /// No conversation stands before its messages.
    #[error("the conversation")]
    NoConversation,
    /// The vault does not take it, or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RecordError {
    /// Why it stays out, where that is for what it is; a failure of the vault ends the import.
    pub(super) fn left_out(self) -> Result<String, StoreError> {
        match self {
            Self::Store(StoreError::NotFound(missing)) => Ok(missing.to_string()),
            Self::Store(error) => match error.broken_rule() {
                Some(rule) => Ok(rule.to_string()),
                None => Err(error),
            },
            refused => Ok(refused.to_string()),
        }
    }
}
