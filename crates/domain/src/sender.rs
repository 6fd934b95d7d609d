//! Who wrote a message: a contact, an anonymous member of a group, a name that an import brought, or nobody when it is
//! outgoing.

use crate::contact::DisplayName;
use crate::id::{AnonymousId, ContactId, GroupId};

/// How a message to be written names its sender.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SenderRef {
    /// The vault's own user, or unknown.
    Nobody,
    /// A contact of the vault.
    Contact(ContactId),
    /// A member of an anonymous group, known by its anonymous id alone.
    Anonymous {
        /// The group, which is the message's own.
        group: GroupId,
        /// Its id there.
        anonymous_id: AnonymousId,
    },
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
    /// A member of an anonymous group.
    Anonymous {
        /// The group.
        group: GroupId,
        /// Its id there.
        anonymous_id: AnonymousId,
        /// The name that is shown: a beginning of the id.
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
            Self::Contact { name, .. } | Self::Anonymous { name, .. } | Self::Imported { name, .. } => {
                Some(name)
            }
            Self::Unknown => None,
        }
    }
}

/// The name that an anonymous member is shown by: its id, of a long one the beginning.
#[must_use]
pub fn anonymous_name(id: &AnonymousId) -> String {
    let id = id.to_string();
    let beginning: String = id.chars().take(8).collect();
    format!("anonymous {beginning}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_shown_by_its_name() {
        let name = |name: &str| name.to_owned();
        let senders = [
            Sender::Contact {
                id: "c".parse().unwrap(),
                name: name("Bea"),
            },
            Sender::Anonymous {
                group: "g".parse().unwrap(),
                anonymous_id: "a".parse().unwrap(),
                name: name("anonymous a"),
            },
            Sender::Imported {
                source_id: [0; 16],
                name: name("Cem"),
            },
            Sender::Unknown,
        ];
        assert_eq!(
            senders.each_ref().map(Sender::name),
            [Some("Bea"), Some("anonymous a"), Some("Cem"), None]
        );
    }

    #[test]
    fn an_anonymous_name_is_the_beginning_of_its_id() {
        assert_eq!(
            anonymous_name(&"0123456789".parse().unwrap()),
            "anonymous 01234567"
        );
        assert_eq!(anonymous_name(&"é".parse().unwrap()), "anonymous é");
    }
}
