//! A conversation: all messages with one contact or in one group, and its counters.

use serde::Serialize;

use crate::id::{ConversationId, Id, MessageId};
use crate::time::Timestamp;

/// Whether a conversation is with a contact or in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConversationKind {
    /// One contact.
    Direct,
    /// A group.
    Group,
}

impl ConversationKind {
    /// The value in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Group => "group",
        }
    }
}

/// A conversation as a chat list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// The contact or group; `None` if the group was deleted with plain SQL.
    pub peer: Option<Id>,
    /// The contact's or group's name.
    pub title: String,
    /// Direct or group.
    pub kind: ConversationKind,
    /// Messages that are neither deleted nor expired.
    pub messages: u64,
    /// How many of those are incoming and unread.
    pub unread: u64,
    /// Time of the newest message.
    pub last_at: Option<Timestamp>,
    /// The newest message.
    pub last_message: Option<MessageId>,
    /// Whether it is pinned to the top of the list.
    pub is_pinned: bool,
    /// Until when it is muted; [`Timestamp::MAX`] means forever.
    pub muted_until: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_the_word_of_the_database() {
        let words = [ConversationKind::Direct, ConversationKind::Group].map(ConversationKind::as_str);
        assert_eq!(words, ["direct", "group"]);
    }
}
