//! Kinds of chats.

use super::walk::Header;

/// Kinds of chats with one other person.
pub(super) fn is_direct(kind: Option<&str>) -> bool {
    matches!(
        kind,
        None | Some("personal_chat" | "bot_chat" | "saved_messages" | "verification_codes" | "replies")
    )
}

/// The account's chat with itself.
pub(super) fn is_saved(header: &Header) -> bool {
    header.kind.as_deref() == Some("saved_messages")
}

/// The kinds that Telegram numbers separately: a person, a basic group and a channel can all be number 7.
pub(super) fn class(header: &Header) -> &'static str {
    match header.kind.as_deref() {
        Some("private_group") => "chat",
        kind if is_direct(kind) => "user",
        _ => "channel",
    }
}
