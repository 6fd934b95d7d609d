//! The chat whose messages are being imported, and its conversation.

use privatus_domain::{ContactId, ConversationId};

use super::convert::is_peer;
use super::ids::ChatKey;
use super::kind::is_direct;
use super::me::Me;
use super::walk::Header;

/// The chat whose messages are being imported.
pub(super) struct Chat {
    pub(super) index: usize,
    pub(super) header: Header,
    pub(super) key: ChatKey,
    /// The conversation for its messages.
    pub(super) to: To,
    /// Whether the vault did not have the chat, and nothing of it has been written yet.
    pub(super) is_new: bool,
}

pub(super) enum To {
    /// The contact who is its other side, if any.
    Conversation(ConversationId, Option<ContactId>),
    /// A chat other than the requested one.
    Nowhere,
    /// It has no messages: a call or a join alone makes no chat.
    Empty,
    /// The file ends before the chat's name: its messages would go into a nameless chat.
    Unnamed,
}

impl Chat {
    /// Returns whether a writer is the chat's contact in the vault, under another name.
    pub(super) fn hides_name(&self, me: &Me, from: Option<&str>, from_id: Option<&str>) -> bool {
        matches!(self.to, To::Conversation(_, Some(_)))
            && from.is_some()
            && from != self.header.name.as_deref()
            && !me.wrote(from_id, from)
            && is_peer(&self.header, from, from_id)
    }
}

/// The name for a chat without one.
pub(super) fn untitled(header: &Header) -> &'static str {
    match header.kind.as_deref() {
        Some("saved_messages") => "Saved Messages",
        Some("replies") => "Replies",
        Some("verification_codes") => "Verification codes",
        kind if is_direct(kind) => "Deleted account",
        Some("private_channel" | "public_channel") => "Unnamed channel",
        _ => "Unnamed group",
    }
}
