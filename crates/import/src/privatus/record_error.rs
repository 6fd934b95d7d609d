//! Why one record of an export is left out, or why it ends the import.

use privatus_store::StoreError;

/// A record that is not imported.
#[derive(Debug, thiserror::Error)]
pub(super) enum RecordError {
    /// A member has no contact.
    #[error("a member has no contact")]
    NoContact,
    /// A member of a trusted group is the vault's own user, but was listed as somebody else.
    #[error("a member has the id of the vault's own user, whom an export names `me`")]
    OwnById,
    /// The group's settings, which were sealed in a vault, are not JSON.
    #[error("a group's settings are not JSON")]
    SettingsNotJson,
    /// There is no conversation before its messages.
    #[error("the conversation")]
    NoConversation,
    /// The vault refuses it, or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RecordError {
    /// Why the record itself is left out; a failure of the vault ends the import instead.
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
