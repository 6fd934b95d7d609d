//! Who wrote a message: a contact, a name that an import brought, or nobody when it is outgoing.

use crate::contact::DisplayName;
use crate::id::ContactId;

/// How a message to be written names its sender.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SenderRef {
    /// The vault's own user, or unknown.
    Nobody,
    /// A contact of the vault.
    Contact(ContactId),
    /// Someone an imported history names, who is no contact and no member.
    Imported(ImportedSender),
}

/// A sender known from an import alone. The same source id with another name is another sender, so each message keeps
/// the name it came with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ImportedSender {
    /// 16 bytes derived from source, account, the source's own id and the name.
    pub source_id: [u8; 16],
    /// The name as the source wrote it.
    pub name: DisplayName,
}

/// A sender as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sender {
    /// A contact, with its present name.
    Contact {
        /// Which contact.
        id: ContactId,
        /// Its display name.
        name: String,
    },
    /// A name from an import.
    Imported {
        /// Derived id.
        source_id: [u8; 16],
        /// The name.
        name: String,
    },
    /// Its contact was removed.
    Unknown,
}

impl Sender {
    /// The name to show; `None` when unknown.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Contact { name, .. } | Self::Imported { name, .. } => Some(name),
            Self::Unknown => None,
        }
    }
}
