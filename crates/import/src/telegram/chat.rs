//! The chat whose messages come, and where they go.

use privatus_domain::{ContactId, ConversationId};

use super::convert::is_peer;
use super::ids::ChatKey;
use super::kind::is_direct;
use super::me::Me;
use super::walk::Header;

/// The chat whose messages come now.
pub(super) struct Chat {
    pub(super) index: usize,
    pub(super) header: Header,
    pub(super) key: ChatKey,
    /// Where its messages go.
    pub(super) to: To,
    /// The vault did not have it, and nothing of it was written yet.
    pub(super) is_new: bool,
}

pub(super) enum To {
    /// With the contact that is its other side.
    Conversation(ConversationId, Option<ContactId>),
    /// Another chat than the one asked for.
    Nowhere,
    /// It has none: a call or a joining makes no chat.
    Empty,
    /// Cut off before the chat said what it is called: its messages would land in a chat of nobody.
    Unnamed,
}

impl Chat {
    /// Whether a writer stands in the vault as the chat's contact, which has another name.
    pub(super) fn hides_name(&self, me: &Me, from: Option<&str>, from_id: Option<&str>) -> bool {
        matches!(self.to, To::Conversation(_, Some(_)))
            && from.is_some()
            && from != self.header.name.as_deref()
            && !me.wrote(from_id, from)
            && is_peer(&self.header, from, from_id)
    }
}

/// What a chat without a name is called.
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
