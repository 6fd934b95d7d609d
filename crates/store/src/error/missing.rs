//! What the caller named and does not exist.

use privatus_domain::{
    ContactId, ConversationId, GroupId, MessageId, Partition, Resource, SettingKey, TransferId, UserId,
};
use privatus_migrate::Version;

/// Something that is not in the vault, or not on the disk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Missing {
    /// No contact has this id.
    #[error("contact {0}")]
    Contact(ContactId),
    /// A message names a sender that is not a contact.
    #[error("contact {0}, named as a sender")]
    Sender(ContactId),
    /// No group has this id.
    #[error("group {0}")]
    Group(GroupId),
    /// The group exists, but the contact is not a member of it.
    #[error("member {contact} of group {group}")]
    Member {
        /// The group.
        group: GroupId,
        /// The contact that is not a member.
        contact: ContactId,
    },
    /// No conversation has this id, or it is hidden.
    #[error("conversation {0}")]
    Conversation(ConversationId),
    /// The vault never had this message, or it was removed.
    #[error("message {0}")]
    Message(MessageId),
    /// The message is not in the given conversation.
    #[error("message {message} in conversation {conversation}")]
    MessageIn {
        /// The message.
        message: MessageId,
        /// The conversation.
        conversation: ConversationId,
    },
    /// No transfer has this id.
    #[error("transfer {0}")]
    Transfer(TransferId),
    /// The setting has no value.
    #[error("setting {}", .0.as_str())]
    Setting(SettingKey),
    /// There is no grant to this user on this resource.
    #[error("a grant on {on} to {}", to.as_ref().map_or("everyone", UserId::as_str))]
    Grant {
        /// The resource.
        on: Resource,
        /// The user; `None` means everyone.
        to: Option<UserId>,
    },
    /// The audit log is empty.
    #[error("an entry of the audit log")]
    AuditEntry,
    /// No security event has this number.
    #[error("security event {0}")]
    SecurityEvent(i64),
    /// No key has this number.
    #[error("key {0}")]
    Key(u32),
    /// The vault does not have this month, or has archived it.
    #[error("a live month {0}")]
    LiveMonth(Partition),
    /// This migration was never applied to the vault.
    #[error("no migration {0} was applied to this vault")]
    Migration(Version),
    /// A file does not exist; the text says what the store was doing.
    #[error("{0}")]
    File(String),
}
