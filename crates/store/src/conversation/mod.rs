//! Conversations: the chat list in one indexed read, and the counters that every message updates.

mod change;
mod find;
mod list;
mod lost;

pub(crate) use change::Delta;
pub(crate) use find::ConversationRef;
