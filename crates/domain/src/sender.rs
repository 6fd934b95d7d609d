//! A message's sender: a contact, an anonymous member of a group, a name from an import, or nobody if the message is
//! outgoing.

use crate::contact::DisplayName;
use crate::id::{AnonymousId, ContactId, GroupId};

/// The sender of a message to write.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SenderRef {
    /// The vault's own user, or unknown.
    Nobody,
    /// A contact of the vault.
    Contact(ContactId),
    /// A member of an anonymous group, known only by an anonymous id.
    Anonymous {
        /// The group, which must be the message's own.
        group: GroupId,
        /// The member's id in the group.
        anonymous_id: AnonymousId,
    },
    /// Someone named in an imported history who is not a contact or a member.
    Imported(ImportedSender),
}

/// A sender known only from an import. The same source id with another name is another sender, so each message keeps
/// the name from its source.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ImportedSender {
    /// 16 bytes derived from source, account, the source's own id and the name.
    pub source_id: [u8; 16],
    /// The name as the source wrote it.
    pub name: DisplayName,
}

/// The sender of a message as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sender {
    /// A contact, with their current name.
    Contact {
        /// The contact's id.
        id: ContactId,
        /// The contact's display name.
        name: String,
    },
    /// A member of an anonymous group.
    Anonymous {
        /// The group.
        group: GroupId,
        /// The member's id in the group.
        anonymous_id: AnonymousId,
        /// The name to show, made from the beginning of the id.
        name: String,
    },
    /// A name from an import.
    Imported {
        /// The derived id.
        source_id: [u8; 16],
        /// The name.
        name: String,
    },
    /// The sender's contact was removed.
    Unknown,
}

impl Sender {
    /// The name to show; `None` if unknown.
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

/// The name to show for an anonymous member, made from the first characters of their id.
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
