//! Finds a message by its id or the beginning of it, and a place in a chat by a message or a date.

use privatus_domain::{Conversation, MessageId, ReplyState, Timestamp};
use privatus_store::{PageStart, ReadTx, StoreError};

use super::named::ambiguous;
use crate::failure::Failure;
use crate::moment;
use crate::text::one_line;

/// The number of matching messages that are counted.
const COUNTED: usize = 1_000;

/// Where a page begins.
#[derive(Debug)]
pub(crate) enum Place {
    /// At a message.
    Message(MessageId),
    /// At a time.
    Moment(Timestamp),
}

impl Place {
    /// Returns the start of a page of older messages.
    pub(crate) fn before(self) -> PageStart {
        match self {
            Self::Message(id) => PageStart::Before(id),
            Self::Moment(at) => PageStart::BeforeTime(at),
        }
    }

    /// Returns the start of a page of newer messages.
    pub(crate) fn after(self) -> PageStart {
        match self {
            Self::Message(id) => PageStart::After(id),
            Self::Moment(at) => PageStart::AfterTime(at),
        }
    }

    /// Returns the start of a page of messages on both sides.
    pub(crate) fn around(self) -> PageStart {
        match self {
            Self::Message(id) => PageStart::Around(id),
            Self::Moment(at) => PageStart::AroundTime(at),
        }
    }
}

/// Finds a message by its whole id, in any chat, or by the beginning of an id in this chat.
pub(crate) fn message(tx: &mut ReadTx<'_>, chat: &Conversation, wanted: &str) -> Result<MessageId, Failure> {
    match whole(tx, wanted)? {
        Some(id) => Ok(id),
        None => begun(tx, chat, wanted, || {
            format!(
                "message “{}” in chat “{}”; name a message by its id, or by at least the first four characters of it; \
                 `privatus show CHAT --ids` shows ids",
                one_line(wanted, 60),
                one_line(&chat.title, 40)
            )
        }),
    }
}

/// Finds a place: a message by its whole id, else a date, else a message by the beginning of its id.
pub(crate) fn place(tx: &mut ReadTx<'_>, chat: &Conversation, wanted: &str) -> Result<Place, Failure> {
    if let Some(id) = whole(tx, wanted)? {
        return Ok(Place::Message(id));
    }
    match moment::parse(wanted) {
        Ok(at) => Ok(Place::Moment(at)),
        // No id begins with a year and a hyphen.
        Err(error) if moment::is_meant(wanted) => Err(error),
        Err(_) => begun(tx, chat, wanted, || {
            format!(
                "message or date “{}”; `show CHAT --ids` shows ids (at least four characters of one are needed); \
                 a date is 2025-06-15 or \"2025-06-15 12:30\" (UTC)",
                one_line(wanted, 60)
            )
        })
        .map(Place::Message),
    }
}

/// Finds the message with exactly this id.
fn whole(tx: &mut ReadTx<'_>, wanted: &str) -> Result<Option<MessageId>, Failure> {
    let id: MessageId = wanted.parse().map_err(StoreError::from)?;
    let is_there = tx.reply_state(&id)? != ReplyState::Absent;
    Ok(is_there.then_some(id))
}

/// Finds the only message of a chat whose id begins like `wanted`; `absent` says what to report if there is none.
fn begun(
    tx: &mut ReadTx<'_>,
    chat: &Conversation,
    wanted: &str,
    absent: impl FnOnce() -> String,
) -> Result<MessageId, Failure> {
    let mut found = tx.messages_beginning(&chat.id, wanted, COUNTED)?;
    match found.len() {
        0 => Err(Failure::NotFound(absent())),
        1 => Ok(found.swap_remove(0)),
        _ => {
            let ids: Vec<String> = found.iter().map(ToString::to_string).collect();
            Err(ambiguous(wanted, "message", &ids))
        }
    }
}
