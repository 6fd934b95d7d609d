//! A message by its id or the beginning of it, and a place in a chat by a message or a moment.

use privatus_domain::{Conversation, MessageId, ReplyState, Timestamp};
use privatus_store::{PageStart, ReadTx, StoreError};

use super::named::ambiguous;
use crate::failure::Failure;
use crate::moment;
use crate::text::one_line;

/// Beginnings that are counted.
const COUNTED: usize = 1_000;

/// Where a page begins, as it was typed.
#[derive(Debug)]
pub(crate) enum Place {
    /// At a message.
    Message(MessageId),
    /// At a moment.
    Moment(Timestamp),
}

impl Place {
    /// The page of what is older.
    pub(crate) fn before(self) -> PageStart {
        match self {
            Self::Message(id) => PageStart::Before(id),
            Self::Moment(at) => PageStart::BeforeTime(at),
        }
    }

    /// The page of what is newer.
    pub(crate) fn after(self) -> PageStart {
        match self {
            Self::Message(id) => PageStart::After(id),
            Self::Moment(at) => PageStart::AfterTime(at),
        }
    }

    /// The page of both.
    pub(crate) fn around(self) -> PageStart {
        match self {
            Self::Message(id) => PageStart::Around(id),
            Self::Moment(at) => PageStart::AroundTime(at),
        }
    }
}

/// The message that is meant: by its whole id, which may be any message's, or by the beginning of an id in this chat.
pub(crate) fn message(tx: &mut ReadTx<'_>, chat: &Conversation, wanted: &str) -> Result<MessageId, Failure> {
    match whole(tx, wanted)? {
        Some(id) => Ok(id),
        None => begun(tx, chat, wanted),
    }
}

/// The place that is meant: a message by its whole id, else a moment, else a message by the beginning of its id.
pub(crate) fn place(tx: &mut ReadTx<'_>, chat: &Conversation, wanted: &str) -> Result<Place, Failure> {
    if let Some(id) = whole(tx, wanted)? {
        return Ok(Place::Message(id));
    }
    match moment::parse(wanted) {
        Ok(at) => Ok(Place::Moment(at)),
        // No id begins with a year and a month.
        Err(error) if moment::is_meant(wanted) => Err(error),
        Err(_) => begun(tx, chat, wanted).map(Place::Message),
    }
}

/// The message of exactly this id.
fn whole(tx: &mut ReadTx<'_>, wanted: &str) -> Result<Option<MessageId>, Failure> {
    let id: MessageId = wanted.parse().map_err(StoreError::from)?;
    let is_there = tx.reply_state(&id)? != ReplyState::Absent;
    Ok(is_there.then_some(id))
}

fn begun(tx: &mut ReadTx<'_>, chat: &Conversation, wanted: &str) -> Result<MessageId, Failure> {
    let mut found = tx.messages_beginning(&chat.id, wanted, COUNTED)?;
    match found.len() {
        0 => Err(Failure::NotFound(format!(
            "message “{}” in chat “{}”; name it by its id, or by the first four characters of it or more; \
             `privatus show CHAT --ids` shows ids",
            one_line(wanted, 60),
            one_line(&chat.title, 40)
        ))),
        1 => Ok(found.swap_remove(0)),
        _ => {
            let ids: Vec<String> = found.iter().map(ToString::to_string).collect();
            Err(ambiguous(wanted, "message", &ids))
        }
    }
}
